"""Google's callbacks: tokens that its published keys have signed just now, and no others."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256, SHA512

from tests.contract.providers.wire import Vault, Vendor, answer, secrets
from tests.contract.providers.wire_others import KEYS, REFERENCE
from tidegate.adapters.http import HttpResponse, ResponseLost
from tidegate.adapters.providers.google import Google
from tidegate.adapters.providers.jwks import MIN_REFRESH_S
from tidegate.adapters.providers.protocol import Callback, CallbackRejected

NOW_S = 1_795_168_800
ID = "v1_abc"
URL = f"https://api.example.com/callbacks/google/{REFERENCE}/token"
KEY, OTHER_KEY = (generate_private_key(65_537, 2_048) for _ in range(2))
WEAK_KEY = generate_private_key(65_537, 1_024)  # noqa: S505  it must be refused
HEAD = {"alg": "RS256", "typ": "JWT", "kid": "1"}
CLAIMS = {"iss": "https://generativelanguage.googleapis.com", "aud": URL, "iat": NOW_S, "exp": NOW_S + 300}


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int) -> str:
    return encoded(value.to_bytes((value.bit_length() + 7) // 8))


def jwk(key: RSAPrivateKey = KEY, kid: str = "1") -> dict[str, str]:
    public = key.public_key().public_numbers()
    return {
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        "kid": kid,
        "n": number(public.n),
        "e": number(public.e),
    }


def published(*keys: object) -> HttpResponse:
    return answer({"keys": list(keys)})


def unsigned(head: object, claims: object) -> str:
    return ".".join(encoded(json.dumps(part).encode()) for part in (head, claims))


def token(
    claims: Mapping[str, object] | None = None, key: RSAPrivateKey = KEY, head: Mapping[str, object] = HEAD
) -> dict[str, str]:
    """A callback's headers."""
    message = unsigned(head, CLAIMS if claims is None else claims)
    return {"webhook-signature": f"{message}.{encoded(key.sign(message.encode(), PKCS1v15(), SHA256()))}"}


def body(job_id: object = ID, **more: object) -> bytes:
    """An event."""
    data = {"id": job_id, "user_metadata": {"attempt": REFERENCE}, **more}
    return json.dumps({"type": "interaction.completed", "version": "v1", "data": data}).encode()


def against(
    *script: HttpResponse | Exception, credentials: Mapping[str, str] | None = None
) -> tuple[Google, Vendor]:
    vendor = Vendor(script=list(script))
    vault = Vault({**KEYS, "google": {**KEYS["google"], **(credentials or {})}})
    return Google(vendor, secrets(vault), jwks_url="https://keys.example/jwks.json"), vendor


def test_a_signed_callback_says_what_it_is_about_and_for_whom() -> None:
    adapter, vendor = against(published(jwk()))
    assert adapter.verify_callback(token(), body(), NOW_S) == Callback(ID, REFERENCE, (URL,))
    (sent,) = vendor.sent
    assert (sent.method, sent.url) == ("GET", "https://keys.example/jwks.json")
    assert "x-goog-api-key" not in sent.headers


def test_a_video_of_the_older_form_is_named_by_its_operation() -> None:
    adapter, _ = against(published(jwk()))
    operation = "models/veo-3.1-generate-001/operations/abc123"
    assert adapter.verify_callback(token(), body(operation), NOW_S).prediction_id == operation


def test_what_is_repeated_may_stand_beside_the_data() -> None:
    adapter, _ = against(published(jwk()))
    event = {"data": {"id": ID}, "user_metadata": {"attempt": "another/1"}}
    assert adapter.verify_callback(token(), json.dumps(event).encode(), NOW_S).reference == "another/1"


@pytest.mark.parametrize("repeated", [None, 5, {}, {"attempt": 5}])
def test_a_callback_that_repeats_nothing_names_no_attempt(repeated: object) -> None:
    adapter, _ = against(published(jwk()))
    assert adapter.verify_callback(token(), body(user_metadata=repeated), NOW_S).reference is None


@pytest.mark.parametrize(
    ("audience", "named"),
    [(URL, (URL,)), (["a", URL], ("a", URL)), ([], ("",)), (None, ()), ([5], ("",)), ({}, ("",))],
)
def test_the_audiences_are_handed_on(audience: object, named: tuple[str, ...]) -> None:
    adapter, _ = against(published(jwk()))
    assert adapter.verify_callback(token({**CLAIMS, "aud": audience}), body(), NOW_S).audiences == named


@pytest.mark.parametrize(("audience", "named"), [("project-7", ()), ("project-8", ("project-8",))])
def test_an_audience_that_the_operator_named_is_ours(audience: str, named: tuple[str, ...]) -> None:
    adapter, _ = against(published(jwk()), credentials={"webhook_audience": "project-7"})
    assert adapter.verify_callback(token({**CLAIMS, "aud": audience}), body(), NOW_S).audiences == named


def by_hmac(secret: bytes) -> dict[str, str]:
    """The classic confusion: the public key, taken for a shared secret."""
    message = unsigned({**HEAD, "alg": "HS256"}, CLAIMS)
    signature = hmac.new(secret, message.encode(), hashlib.sha256).digest()
    return {"webhook-signature": f"{message}.{encoded(signature)}"}


def by_sha512() -> dict[str, str]:
    message = unsigned(HEAD, CLAIMS)
    return {"webhook-signature": f"{message}.{encoded(KEY.sign(message.encode(), PKCS1v15(), SHA512()))}"}


def with_other_claims() -> dict[str, str]:
    signature = token()["webhook-signature"].rpartition(".")[2]
    return {"webhook-signature": f"{unsigned(HEAD, {**CLAIMS, 'aud': 'another'})}.{signature}"}


FORGERIES: dict[str, dict[str, str]] = {
    "no token": {},
    "an empty one": {"webhook-signature": ""},
    "two parts": {"webhook-signature": unsigned(HEAD, CLAIMS)},
    "four parts": {"webhook-signature": token()["webhook-signature"] + ".x"},
    "not base64": {"webhook-signature": "ä.ö.ü"},
    "not JSON": {"webhook-signature": "eA.eA.eA"},
    "no object": {"webhook-signature": f"{unsigned([], [])}.eA"},
    "a long one": {"webhook-signature": token({**CLAIMS, "x": "x" * 8_192})["webhook-signature"]},
    "alg none": {"webhook-signature": f"{unsigned({**HEAD, 'alg': 'none'}, CLAIMS)}."},
    "no alg": {"webhook-signature": f"{unsigned({'kid': '1'}, CLAIMS)}."},
    "HS256 with the published key": by_hmac(jwk()["n"].encode()),
    "RS256 claimed, no signature": {"webhook-signature": f"{unsigned(HEAD, CLAIMS)}."},
    "another hash": by_sha512(),
    "another alg": token(head={**HEAD, "alg": "RS512"}),
    "an extension that must be understood": token(head={**HEAD, "crit": ["b64"], "b64": False}),
    "another key": token(key=OTHER_KEY),
    "an unknown kid": token(head={**HEAD, "kid": "2"}),
    "no kid": token(head={"alg": "RS256"}),
    "changed claims": with_other_claims(),
    "issued too long ago": token({**CLAIMS, "iat": NOW_S - 301}),
    "issued in the future": token({**CLAIMS, "iat": NOW_S + 301}),
    "issued at no time": token({**CLAIMS, "iat": "now"}),
    "issued at true": token({**CLAIMS, "iat": True}),
    "expired": token({**CLAIMS, "exp": NOW_S - 301}),
    "expires at no time": token({**CLAIMS, "exp": []}),
    "not valid yet": token({**CLAIMS, "nbf": NOW_S + 301}),
    "valid from no time": token({**CLAIMS, "nbf": ""}),
    "no time at all": token({"aud": URL}),
    "an old header instead of a time": {**token({"aud": URL}), "webhook-timestamp": str(NOW_S - 301)},
}


@pytest.mark.parametrize("forged", FORGERIES)
def test_a_forged_token_is_rejected(forged: str) -> None:
    adapter, _ = against(published(jwk()), published(jwk()))
    with pytest.raises(CallbackRejected):
        adapter.verify_callback(FORGERIES[forged], body(), NOW_S)


def test_a_token_without_a_time_counts_by_the_header_beside_it() -> None:
    adapter, _ = against(published(jwk()))
    headers = {**token({"aud": URL, "nbf": NOW_S}), "webhook-timestamp": str(NOW_S - 300)}
    assert adapter.verify_callback(headers, body(), NOW_S)


@pytest.mark.parametrize("given", [b"", b"[]", b"{}", b'{"data":5}', body(5), body("../x"), body("a/b")])
def test_a_body_that_names_no_job_is_rejected(given: bytes) -> None:
    adapter, _ = against(published(jwk()))
    with pytest.raises(CallbackRejected, match="names no job"):
        adapter.verify_callback(token(), given, NOW_S)


def test_a_stale_token_makes_us_fetch_no_keys() -> None:
    adapter, vendor = against()
    with pytest.raises(CallbackRejected):
        adapter.verify_callback(FORGERIES["issued too long ago"], body(), NOW_S)
    assert vendor.sent == []


def test_keys_are_fetched_once_and_an_unknown_one_once_a_minute() -> None:
    adapter, vendor = against(published(jwk()), published(jwk(), jwk(OTHER_KEY, "2")))
    for _ in range(50):
        assert adapter.verify_callback(token(), body(), NOW_S)
    rotated = {**HEAD, "kid": "2"}
    for _ in range(50):
        with pytest.raises(CallbackRejected):
            adapter.verify_callback(token(key=OTHER_KEY, head=rotated), body(), NOW_S)
    assert len(vendor.sent) == 1
    later = NOW_S + MIN_REFRESH_S
    assert adapter.verify_callback(token(key=OTHER_KEY, head=rotated), body(), later)
    assert len(vendor.sent) == 2


UNUSABLE: list[Any] = [
    jwk() | {"kty": "EC"},
    jwk() | {"alg": "RS512"},
    jwk() | {"use": "enc"},
    jwk() | {"kid": ""},
    jwk() | {"kid": 5},
    jwk() | {"n": "ä"},
    jwk() | {"n": 5},
    jwk() | {"n": encoded(b"\xff" * 2_000)},
    jwk() | {"e": "AQ"},
    jwk() | {"e": "AAAA"},
    jwk() | {"e": encoded(b"\xff" * 8)},
    jwk() | {"e": encoded(b"\x01\x00\x02")},  # even: the library refuses it
    jwk(WEAK_KEY),
    5,
]


@pytest.mark.parametrize("key", UNUSABLE, ids=range(len(UNUSABLE)))
def test_a_key_that_is_of_no_use_verifies_nothing(key: object) -> None:
    adapter, _ = against(published(key))
    signer = WEAK_KEY if key == UNUSABLE[-2] else KEY
    with pytest.raises(CallbackRejected):
        adapter.verify_callback(token(key=signer), body(), NOW_S)


@pytest.mark.parametrize("script", [ResponseLost("down"), answer({}, 500), answer(b"<html>"), published()])
def test_without_keys_nothing_is_accepted(script: HttpResponse | Exception) -> None:
    adapter, _ = against(script)
    with pytest.raises(CallbackRejected):
        adapter.verify_callback(token(), body(), NOW_S)
