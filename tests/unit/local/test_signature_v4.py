"""What the simulated Bedrock asks of a signature."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from local.simulator.vendors.bedrock.signature import flaw

NOW = datetime.now(UTC)


def headers(
    service: str = "bedrock", signed: str = "host;x-amz-date", at: datetime = NOW, day: datetime = NOW
) -> dict[str, str]:
    credential = f"AKIA/{day:%Y%m%d}/us-east-1/{service}/aws4_request"
    authorization = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, Signature={'a' * 64}"
    return {"authorization": authorization, "x-amz-date": f"{at:%Y%m%dT%H%M%SZ}"}


def test_a_sound_signature_has_no_flaw() -> None:
    now = datetime.now(UTC)  # the module may have been read long ago
    assert flaw(headers(at=now, day=now), []) is None


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({}, "MissingAuthenticationTokenException"),
        ({"authorization": "Bearer key"}, "IncompleteSignatureException"),
        (headers("s3"), "InvalidSignatureException"),
        (headers(signed="host"), "InvalidSignatureException"),
        ({**headers(), "x-amz-date": "today"}, "IncompleteSignatureException"),
        (headers(day=NOW - timedelta(days=1)), "InvalidSignatureException"),
        (headers(at=NOW - timedelta(hours=1), day=NOW - timedelta(hours=1)), "InvalidSignatureException"),
    ],
)
def test_a_flaw_is_told_as_aws_tells_it(given: dict[str, str], name: str) -> None:
    found = flaw(given, [])
    assert found is not None
    assert found[0] == name


def test_a_key_may_be_unknown() -> None:
    now = datetime.now(UTC)
    assert flaw(headers(at=now, day=now), ["AKIA"]) is not None
