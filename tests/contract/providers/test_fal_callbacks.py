"""fal's callbacks: Ed25519 signatures, and keys that are fetched seldom."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.contract.providers.wire import Vendor, answer, secrets
from tidegate.adapters.http import HttpResponse, ResponseLost
from tidegate.adapters.providers.fal import Fal
from tidegate.adapters.providers.jwks import MAX_AGE_S, MIN_REFRESH_S, REFRESH_AFTER_S
from tidegate.adapters.providers.protocol import Callback, CallbackRejected

NOW_S = 1_795_168_800
ID = "764cabcf-b745-4b3e-ae38-1200304cf45b"
BODY = json.dumps({"request_id": ID, "gateway_request_id": ID, "status": "OK", "payload": {}}).encode()
KEY, OTHER_KEY = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


def jwk(key: Ed25519PrivateKey) -> dict[str, str]:
    x = base64.urlsafe_b64encode(key.public_key().public_bytes_raw()).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "1"}


def published(*keys: object) -> HttpResponse:
    return answer({"keys": list(keys)})


def signed(body: bytes = BODY, key: Ed25519PrivateKey = KEY, at_s: int = NOW_S) -> dict[str, str]:
    lines = [ID, "user-1", str(at_s), hashlib.sha256(body).hexdigest()]
    return {
        "x-fal-webhook-request-id": ID,
        "x-fal-webhook-user-id": "user-1",
        "x-fal-webhook-timestamp": str(at_s),
        "x-fal-webhook-signature": key.sign("\n".join(lines).encode()).hex(),
    }


def against(*script: HttpResponse | Exception) -> tuple[Fal, Vendor]:
    vendor = Vendor(script=list(script))
    return Fal(vendor, secrets(), jwks_url="https://keys.example/jwks.json"), vendor


def test_a_signed_callback_names_its_request() -> None:
    adapter, vendor = against(published(jwk(KEY)))
    assert adapter.verify_callback(signed(), BODY, NOW_S) == Callback(ID)
    (sent,) = vendor.sent
    assert (sent.method, sent.url) == ("GET", "https://keys.example/jwks.json")
    assert "Authorization" not in sent.headers


def test_any_published_key_may_sign() -> None:
    adapter, _ = against(published(jwk(OTHER_KEY), jwk(KEY)))
    assert adapter.verify_callback(signed(), BODY, NOW_S)


@pytest.mark.parametrize(
    "change",
    [
        {"x-fal-webhook-request-id": "another"},
        {"x-fal-webhook-user-id": "user-2"},
        {"x-fal-webhook-timestamp": str(NOW_S + 1)},
        {"x-fal-webhook-timestamp": ""},
        {"x-fal-webhook-timestamp": "soon"},
        {"x-fal-webhook-signature": ""},
        {"x-fal-webhook-signature": "zz"},
        {"x-fal-webhook-signature": "00"},
        {"x-fal-webhook-signature": "ÄÖ"},
        {"x-fal-webhook-signature": "00" * 64},
        {"x-fal-webhook-signature": signed(key=OTHER_KEY)["x-fal-webhook-signature"]},
    ],
    ids=range(11),  # one of them is random
)
def test_a_forged_header_is_rejected(change: dict[str, str]) -> None:
    adapter, _ = against(published(jwk(KEY)), published(jwk(KEY)))
    with pytest.raises(CallbackRejected):
        adapter.verify_callback(signed() | change, BODY, NOW_S)


@pytest.mark.parametrize("missing", list(signed()))
def test_a_missing_header_is_rejected(missing: str) -> None:
    headers = signed()
    del headers[missing]
    adapter, _ = against(published(jwk(KEY)), published(jwk(KEY)))
    with pytest.raises(CallbackRejected):
        adapter.verify_callback(headers, BODY, NOW_S)


def test_a_changed_body_is_rejected() -> None:
    adapter, _ = against(published(jwk(KEY)))
    with pytest.raises(CallbackRejected):
        adapter.verify_callback(signed(), BODY + b" ", NOW_S)


@pytest.mark.parametrize("skew_s", [-301, 301])
def test_a_stale_callback_is_rejected_without_fetching_keys(skew_s: int) -> None:
    adapter, vendor = against()
    with pytest.raises(CallbackRejected):
        adapter.verify_callback(signed(at_s=NOW_S + skew_s), BODY, NOW_S)
    assert vendor.sent == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"request_id":5}', b'{"request_id":"../x"}'])
def test_a_signed_body_that_names_no_request_is_rejected(body: bytes) -> None:
    adapter, _ = against(published(jwk(KEY)))
    with pytest.raises(CallbackRejected):
        adapter.verify_callback(signed(body), body, NOW_S)


def test_keys_are_fetched_once_for_many_callbacks() -> None:
    adapter, vendor = against(published(jwk(KEY)))
    for second in range(100):
        adapter.verify_callback(signed(at_s=NOW_S + second), BODY, NOW_S + second)
    assert len(vendor.sent) == 1


def test_forged_callbacks_do_not_make_us_fetch_each_time() -> None:
    adapter, vendor = against(published(jwk(KEY)), published(jwk(KEY)))
    for _ in range(100):
        with pytest.raises(CallbackRejected):
            adapter.verify_callback(signed(key=OTHER_KEY), BODY, NOW_S)
    assert len(vendor.sent) == 1
    later = NOW_S + MIN_REFRESH_S
    with pytest.raises(CallbackRejected):
        adapter.verify_callback(signed(key=OTHER_KEY, at_s=later), BODY, later)
    assert len(vendor.sent) == 2


def test_a_new_key_is_learned_when_it_is_first_used() -> None:
    adapter, _ = against(published(jwk(KEY)), published(jwk(KEY), jwk(OTHER_KEY)))
    adapter.verify_callback(signed(), BODY, NOW_S)
    later = NOW_S + MIN_REFRESH_S
    assert adapter.verify_callback(signed(key=OTHER_KEY, at_s=later), BODY, later)


def test_keys_are_refreshed_before_they_are_too_old() -> None:
    adapter, vendor = against(published(jwk(KEY)), published(jwk(KEY)))
    adapter.verify_callback(signed(), BODY, NOW_S)
    later = NOW_S + REFRESH_AFTER_S
    adapter.verify_callback(signed(at_s=later), BODY, later)
    assert len(vendor.sent) == 2


def test_an_outage_of_the_key_server_is_bridged_for_a_day_and_no_longer() -> None:
    adapter, _ = against(published(jwk(KEY)), *[ResponseLost("down")] * 3)
    adapter.verify_callback(signed(), BODY, NOW_S)
    within = NOW_S + MAX_AGE_S - 1
    assert adapter.verify_callback(signed(at_s=within), BODY, within)
    beyond = NOW_S + MAX_AGE_S + MIN_REFRESH_S
    with pytest.raises(CallbackRejected):
        adapter.verify_callback(signed(at_s=beyond), BODY, beyond)


@pytest.mark.parametrize(
    "script",
    [
        ResponseLost("down"),
        answer({}, 500),
        answer({"keys": [jwk(KEY)]}, 404),
        answer(b"<html>"),
        answer({"keys": {}}),
        published(),
        published(None, 5, "x", []),
        published(jwk(KEY) | {"kty": "RSA"}),
        published(jwk(KEY) | {"crv": "X25519"}),
        published(jwk(KEY) | {"x": "AAAA"}),
        published(jwk(KEY) | {"x": "ä"}),
        published(jwk(KEY) | {"x": 5}),
        published({**jwk(KEY), "x": base64.urlsafe_b64encode(b"\xff" * 32).decode()}),
    ],
)
def test_without_usable_keys_nothing_is_accepted(script: HttpResponse | Exception) -> None:
    adapter, _ = against(script)
    with pytest.raises(CallbackRejected):
        adapter.verify_callback(signed(), BODY, NOW_S)
