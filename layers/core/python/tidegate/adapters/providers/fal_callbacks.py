"""Proof that a callback is from fal: Ed25519 over four lines, keys from a JWKS (contracts: fal, §2.5)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Final

from tidegate.adapters.http import BodyTooLarge, ConnectFailed, HttpClient, ResponseLost, UnsafeUrl
from tidegate.adapters.providers.answers import Answer, items, mapping, text
from tidegate.adapters.providers.protocol import CallbackRejected
from tidegate.adapters.providers.standard_webhooks import check_timestamp

DEFAULT_JWKS_URL: Final = "https://rest.fal.ai/.well-known/jwks.json"
MAX_AGE_S: Final = 86_400  # fal's own limit
REFRESH_AFTER_S: Final = 21_600  # early, so that an outage at fal does not find us with old keys
MIN_REFRESH_S: Final = 60  # a stream of forged callbacks makes no more requests than this
_MAX_KEYS: Final = 32
_KEY_BYTES: Final = 32
_TIMEOUT_S: Final = 5.0
_SIGNED: Final = ("x-fal-webhook-request-id", "x-fal-webhook-user-id", "x-fal-webhook-timestamp")


class CallbackKeys:
    """fal's public keys, kept for the life of the Lambda environment. Time is the caller's, in seconds."""

    def __init__(self, http: HttpClient, url: str = DEFAULT_JWKS_URL) -> None:
        self._http = http
        self._url = url
        self._keys: tuple[bytes, ...] = ()
        self._fetched_at_s: int | None = None
        self._asked_at_s: int | None = None

    def verify(self, headers: Mapping[str, str], body: bytes, now_s: int) -> None:
        """Check the signature with every key; with a fresh set when none fits.

        Raises:
            CallbackRejected: unsigned, forged or stale, or no keys are to be had.
        """
        check_timestamp(headers.get("x-fal-webhook-timestamp", ""), now_s)
        signature = _signature(headers)
        lines = [headers.get(name, "") for name in _SIGNED]
        message = "\n".join([*lines, hashlib.sha256(body).hexdigest()]).encode()
        if self._age_s(now_s) >= REFRESH_AFTER_S:
            self._refresh(now_s)
        if self._fits(signature, message, now_s):
            return
        if not (self._refresh(now_s) and self._fits(signature, message, now_s)):
            raise CallbackRejected("no key of fal fits the signature")

    def _age_s(self, now_s: int) -> int:
        return MAX_AGE_S if self._fetched_at_s is None else now_s - self._fetched_at_s

    def _fits(self, signature: bytes, message: bytes, now_s: int) -> bool:
        if self._age_s(now_s) >= MAX_AGE_S:
            return False
        return any(_verifies(key, signature, message) for key in self._keys)

    def _refresh(self, now_s: int) -> bool:
        if self._asked_at_s is not None and now_s - self._asked_at_s < MIN_REFRESH_S:
            return False
        self._asked_at_s = now_s
        try:
            response = self._http.request("GET", self._url, timeout_s=_TIMEOUT_S)
        except (ConnectFailed, ResponseLost, BodyTooLarge, UnsafeUrl):
            return False
        answer = Answer(response.status, response.headers, response.body)
        keys = tuple(
            filter(None, (_ed25519(entry) for entry in items(answer.fields.get("keys"))[:_MAX_KEYS]))
        )
        if not answer.is_success or not keys:
            return False
        self._keys, self._fetched_at_s = keys, now_s
        return True


def _signature(headers: Mapping[str, str]) -> bytes:
    try:
        return bytes.fromhex(headers.get("x-fal-webhook-signature", ""))
    except ValueError as error:
        raise CallbackRejected("the signature is not hex") from error


def _ed25519(entry: object) -> bytes | None:
    """Return the raw key of a JWK (RFC 8037 §2), None for another kind."""
    jwk = mapping(entry)
    if jwk.get("kty") != "OKP" or jwk.get("crv", "Ed25519") != "Ed25519":
        return None
    encoded = text(jwk.get("x"))
    try:
        key = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == _KEY_BYTES else None


def _verifies(key: bytes, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  cold-start time
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
