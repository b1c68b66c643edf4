"""Signed live URLs: whoever has one may have this one picture made, until it expires.

``sig`` is an HMAC-SHA256, in base64url without padding, over the method, the path from the organization on
and the query without ``sig``, sorted. ``kid`` names the secret, ``exp`` is in Unix seconds.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from tidegate.domain.library.live_errors import SignatureExpired, SignatureRefused

DEFAULT_LIFETIME_S: Final = 24 * 3600
MAX_LIFETIME_S: Final = 365 * 24 * 3600
WAIT: Final = "wait"  # added on the way while the picture is made (tidegate.domain.library.waiting)
_SIGNATURE: Final = "sig"
_UNSIGNED: Final = frozenset({_SIGNATURE, WAIT})
_TIME: Final = re.compile(r"[0-9]{1,12}")


def mint_signing_secret() -> tuple[str, str]:
    """Return a new secret and its name."""
    return secrets.token_hex(4), secrets.token_urlsafe(32)


def sign(secret: str, *, secret_id: str, path: str, query: Mapping[str, str], until_s: int) -> dict[str, str]:
    """Return the query with its signature. ``path`` is ``organization/project/live/scope``."""
    signed = {**query, "exp": str(until_s), "kid": secret_id}
    return {**signed, _SIGNATURE: _signature(secret, path, signed)}


def is_signed(query: Mapping[str, str]) -> bool:
    """Whether a URL claims to be signed."""
    return _SIGNATURE in query


def check_signature(
    secret: str | None, *, secret_id: str | None, path: str, query: Mapping[str, str], now_ms: int
) -> None:
    """Check a URL's signature.

    Raises:
        SignatureRefused: it is not of this secret, or not of this URL.
        SignatureExpired: it was.
    """
    refused = SignatureRefused("The signature does not belong to this URL.")
    if secret is None or query.get("kid") != secret_id:
        raise refused
    expected = _signature(secret, path, query).encode()
    if not hmac.compare_digest(expected, query[_SIGNATURE].encode(errors="surrogatepass")):
        raise refused
    until = query.get("exp", "")
    if not _TIME.fullmatch(until) or int(until) * 1000 <= now_ms:
        raise SignatureExpired("The URL has expired.")


def _signature(secret: str, path: str, query: Mapping[str, str]) -> str:
    signed = sorted((name, value) for name, value in query.items() if name not in _UNSIGNED)
    said = f"GET\n/{path}\n{urlencode(signed, errors='surrogatepass')}".encode()
    digest = hmac.new(secret.encode(), said, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
