"""The receiver's check of the gateway's signature."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from local.receiver.signature import verify

SECRET = "whsec_test"
BODY = b'{"webhook_event":"webhook.test"}'
NOW = 1_700_000_000
VECTOR = "t=1700000000,v1=e3d760727843b1a5409bcfaf8f03879ecce63ff6649547f5ccc436c531e8bf17"


def test_the_published_vector_verifies() -> None:
    assert verify(SECRET, VECTOR, BODY, NOW) is None
    assert verify(SECRET, VECTOR, BODY, NOW + 300) is None
    assert verify(SECRET, VECTOR, BODY, NOW - 300) is None


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (None, "no signature header"),
        (VECTOR.replace(",", ", "), "malformed signature header"),
        (VECTOR.upper().replace("T=", "t=").replace("V1", "v1"), "malformed signature header"),
        (VECTOR + ",v1=" + "0" * 64, "malformed signature header"),
        (VECTOR[:-1] + "8", "signature does not match"),
    ],
)
def test_anything_else_is_refused(header: str | None, reason: str) -> None:
    assert verify(SECRET, header, BODY, NOW) == reason


def test_an_old_or_future_signature_is_refused() -> None:
    assert verify(SECRET, VECTOR, BODY, NOW + 301) == "timestamp outside the tolerance"
    assert verify(SECRET, VECTOR, BODY, NOW - 301) == "timestamp outside the tolerance"


def test_another_body_or_a_key_without_its_prefix_is_refused() -> None:
    assert verify(SECRET, VECTOR, BODY + b" ", NOW) == "signature does not match"
    bare = hmac.new(b"test", b"1700000000." + BODY, hashlib.sha256).hexdigest()
    assert verify(SECRET, f"t={NOW},v1={bare}", BODY, NOW) == "signature does not match"
