"""Proof that a callback is from Google: a JWT in ``Webhook-Signature``, RS256, keys from a JWKS (§9.6).

What is published of the token is its algorithm, where the keys are, and that it has an audience. Its other
claims are those of RFC 7519. It is not known to cover the body, so of that only the job's id is believed,
and only by whoever knows the unguessable URL that the job was sent with (docs/adr/0084).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers.answers import items, mapping, read_json, text
from tidegate.adapters.providers.jwks import PublishedKeys, base64url
from tidegate.adapters.providers.protocol import CallbackRejected
from tidegate.adapters.providers.standard_webhooks import TOLERANCE_S, check_timestamp

DEFAULT_JWKS_URL: Final = "https://generativelanguage.googleapis.com/.well-known/jwks.json"
_ALGORITHM: Final = "RS256"
_HEADER: Final = "webhook-signature"
_MAX_TOKEN: Final = 8_192
_PARTS: Final = 3
_MIN_BITS: Final = 2_048
_MAX_BITS: Final = 8_192  # a larger modulus costs us time, and nobody has one
_MAX_EXPONENT: Final = 2**32


@dataclass(frozen=True, slots=True)
class _RsaKey:
    kid: str
    modulus: int
    exponent: int


class CallbackKeys:
    """Google's public keys. Time is the caller's, in seconds."""

    def __init__(self, http: HttpClient, url: str = DEFAULT_JWKS_URL) -> None:
        self._keys = PublishedKeys(http, url, _rsa)

    def verify(self, headers: Mapping[str, str], now_s: int) -> tuple[str, ...]:
        """Check the token and its times; return its audiences, none if it names none.

        Raises:
            CallbackRejected: unsigned, forged or stale, or no keys are to be had.
        """
        token = headers.get(_HEADER, "")
        encoded = token.split(".")
        parts = [base64url(part) for part in encoded]
        if len(token) > _MAX_TOKEN or len(parts) != _PARTS:
            raise CallbackRejected("there is no token")
        head, claims = (mapping(read_json(part or b"")) for part in parts[:2])
        if head.get("alg") != _ALGORITHM or "crit" in head:
            raise CallbackRejected("the token is not signed with RS256")
        _check_times(claims, headers, now_s)
        signed = ".".join(encoded[:2]).encode()
        fits = partial(_verifies, kid=text(head.get("kid")), signature=parts[2] or b"", message=signed)
        if not self._keys.any_fits(fits, now_s):
            raise CallbackRejected("no key of google fits the signature")
        given = claims.get("aud")
        if given is None:
            return ()
        return (given,) if isinstance(given, str) else tuple(map(text, items(given))) or ("",)


def _check_times(claims: Mapping[str, Any], headers: Mapping[str, str], now_s: int) -> None:
    """Not older than the tolerance, by the token; by the header where the token says nothing of it."""
    issued, expires, begins = (claims.get(name) for name in ("iat", "exp", "nbf"))
    if issued is None:
        check_timestamp(headers.get("webhook-timestamp", ""), now_s)
    elif not _is_time(issued) or abs(now_s - issued) > TOLERANCE_S:
        raise CallbackRejected("the token was not issued just now")
    if expires is not None and (not _is_time(expires) or now_s > expires + TOLERANCE_S):
        raise CallbackRejected("the token has expired")
    if begins is not None and (not _is_time(begins) or now_s < begins - TOLERANCE_S):
        raise CallbackRejected("the token is not valid yet")


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rsa(entry: object) -> _RsaKey | None:
    """Return the key of a JWK (RFC 7518 §6.3), None for another kind and for one that is too weak."""
    jwk = mapping(entry)
    if jwk.get("kty") != "RSA" or jwk.get("alg", _ALGORITHM) != _ALGORITHM or jwk.get("use", "sig") != "sig":
        return None
    modulus, exponent = (int.from_bytes(base64url(text(jwk.get(name))) or b"") for name in ("n", "e"))
    if not text(jwk.get("kid")) or not _MIN_BITS <= modulus.bit_length() <= _MAX_BITS:
        return None
    return _RsaKey(jwk["kid"], modulus, exponent) if 2 < exponent < _MAX_EXPONENT else None  # noqa: PLR2004


def _verifies(key: _RsaKey, *, kid: str, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  cold-start time
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

    if key.kid != kid:
        return False
    try:
        public = RSAPublicNumbers(key.exponent, key.modulus).public_key()
        public.verify(signature, message, PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError):
        return False
    return True
