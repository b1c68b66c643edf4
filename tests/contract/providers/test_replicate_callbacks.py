"""Replicate's callbacks, signed by the reference implementation of Standard Webhooks."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook

from tests.contract.providers.wire import CREDENTIALS, Clock, Vault, Vendor, fixture, secrets
from tidegate.adapters.providers.protocol import Callback, CallbackRejected
from tidegate.adapters.providers.replicate import Replicate

NOW_S = 1_795_168_800
BODY = json.dumps(fixture("replicate_prediction") | {"status": "succeeded"}).encode()
SECRET = CREDENTIALS["replicate"]["webhook_secret"]
OTHER_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


def signed(body: bytes = BODY, secret: str = SECRET, at_s: int = NOW_S) -> dict[str, str]:
    signature = Webhook(secret).sign("msg_1", datetime.fromtimestamp(at_s, UTC), body.decode())
    return {"webhook-id": "msg_1", "webhook-timestamp": str(at_s), "webhook-signature": signature}


def verify(headers: dict[str, str], body: bytes = BODY) -> Callback:
    return Replicate(Vendor(), secrets()).verify_callback(headers, body, NOW_S)


def test_a_signed_callback_names_its_prediction() -> None:
    assert verify(signed()) == Callback("gm3qorzdhgbfurvjtvhg6dckhu")


@pytest.mark.parametrize("skew_s", [-300, 300])
def test_a_callback_within_the_tolerance_is_accepted(skew_s: int) -> None:
    assert verify(signed(at_s=NOW_S + skew_s))


@pytest.mark.parametrize("skew_s", [-301, 301, -NOW_S])
def test_a_stale_callback_is_rejected(skew_s: int) -> None:
    with pytest.raises(CallbackRejected):
        verify(signed(at_s=NOW_S + skew_s))


def test_one_fitting_signature_among_several_is_enough() -> None:
    headers = signed()
    others = [signed(secret=OTHER_SECRET)["webhook-signature"], "v1a,xyz", "v2,abc", "nonsense", ","]
    headers["webhook-signature"] = " ".join([*others, headers["webhook-signature"]])
    assert verify(headers)


def test_only_the_first_ten_signatures_are_looked_at() -> None:
    headers = signed()
    headers["webhook-signature"] = " ".join(["v1,xyz"] * 10 + [headers["webhook-signature"]])
    with pytest.raises(CallbackRejected):
        verify(headers)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": str(NOW_S + 1)},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "٣"},
        {"webhook-timestamp": "9" * 5_000},
        {"webhook-timestamp": ""},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,ÄÖÜ"},
        {"webhook-signature": signed()["webhook-signature"].replace("v1,", "v2,")},
        {"webhook-signature": signed()["webhook-signature"].replace("v1,", "")},
        {"webhook-signature": signed(secret=OTHER_SECRET)["webhook-signature"]},
    ],
    ids=str,
)
def test_a_forged_header_is_rejected(change: dict[str, str]) -> None:
    with pytest.raises(CallbackRejected):
        verify(signed() | change)


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_rejected(missing: str) -> None:
    headers = signed()
    del headers[missing]
    with pytest.raises(CallbackRejected):
        verify(headers)


def test_a_changed_body_is_rejected() -> None:
    with pytest.raises(CallbackRejected):
        verify(signed(), BODY + b" ")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id":5}', b'{"id":"../x"}', b"not JSON"])
def test_a_signed_body_that_names_no_prediction_is_rejected(body: bytes) -> None:
    with pytest.raises(CallbackRejected):
        verify(signed(body), body)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_not base64!"])
def test_without_a_usable_secret_nothing_is_accepted(secret: str) -> None:
    vault = Vault({"replicate": {"api_key": "k", "webhook_secret": secret}})
    with pytest.raises(CallbackRejected):
        Replicate(Vendor(), secrets(vault)).verify_callback(signed(), BODY, NOW_S)


def test_callbacks_are_asked_for_only_when_they_can_be_verified() -> None:
    assert Replicate(Vendor(), secrets()).abilities.callbacks
    assert not Replicate(Vendor(), secrets(Vault({"replicate": {"api_key": "k"}}))).abilities.callbacks


def test_a_rotated_secret_is_read_again_but_not_for_every_forgery() -> None:
    vault, clock = Vault(), Clock()
    adapter = Replicate(Vendor(), secrets(vault, clock))
    vault.credentials = {"replicate": {"api_key": "k", "webhook_secret": OTHER_SECRET}}
    for _ in range(50):
        with pytest.raises(CallbackRejected):
            adapter.verify_callback(signed(secret=OTHER_SECRET), BODY, NOW_S)
    assert vault.reads == 1
    clock.now = 60
    assert adapter.verify_callback(signed(secret=OTHER_SECRET), BODY, NOW_S)
    assert vault.reads == 2
