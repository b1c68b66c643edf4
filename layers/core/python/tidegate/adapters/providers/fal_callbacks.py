"""Proof that a callback is from fal: Ed25519 over four lines, keys from a JWKS (contracts: fal, §2.5)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Final

from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers.answers import mapping, text
from tidegate.adapters.providers.jwks import PublishedKeys, base64url
from tidegate.adapters.providers.protocol import CallbackRejected
from tidegate.adapters.providers.standard_webhooks import check_timestamp

DEFAULT_JWKS_URL: Final = "https://rest.fal.ai/.well-known/jwks.json"
_KEY_BYTES: Final = 32
_SIGNED: Final = ("x-fal-webhook-request-id", "x-fal-webhook-user-id", "x-fal-webhook-timestamp")


class CallbackKeys:
    """fal's public keys. Time is the caller's, in seconds."""

    def __init__(self, http: HttpClient, url: str = DEFAULT_JWKS_URL) -> None:
        self._keys = PublishedKeys(http, url, _ed25519)

    def verify(self, headers: Mapping[str, str], body: bytes, now_s: int) -> None:
        """Check the signature with every key; with a fresh set when none fits.

        Raises:
            CallbackRejected: unsigned, forged or stale, or no keys are to be had.
        """
        check_timestamp(headers.get("x-fal-webhook-timestamp", ""), now_s)
        signature = _signature(headers)
        lines = [headers.get(name, "") for name in _SIGNED]
        message = "\n".join([*lines, hashlib.sha256(body).hexdigest()]).encode()
        if not self._keys.any_fits(partial(_verifies, signature=signature, message=message), now_s):
            raise CallbackRejected("no key of fal fits the signature")


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
    key = base64url(text(jwk.get("x")))
    return key if key is not None and len(key) == _KEY_BYTES else None


def _verifies(key: bytes, *, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  cold-start time
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
