"""Signature Version 4, as far as it can be checked without the secret key: presence, scope, date."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

_AUTHORIZATION: Final = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request, ?"
    r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})"
)
_SKEW: Final = timedelta(minutes=5)
_SIGNED: Final = {"host", "x-amz-date"}


def flaw(headers: Mapping[str, str], bad_keys: list[str]) -> tuple[str, str] | None:
    """What is wrong with a request's signature: the exception and its message; None if nothing is."""
    if "authorization" not in headers:
        return "MissingAuthenticationTokenException", "Missing Authentication Token"
    match = _AUTHORIZATION.fullmatch(headers["authorization"])
    if match is None:
        return "IncompleteSignatureException", "Authorization header requires all of its parts."
    key, day, _region, service, signed, _ = match.groups()
    if key in bad_keys:
        return "UnrecognizedClientException", "The security token included in the request is invalid."
    if service != "bedrock":
        return "InvalidSignatureException", "Credential should be scoped to correct service: 'bedrock'."
    if _SIGNED - set(signed.split(";")):
        return "InvalidSignatureException", "'Host' and 'X-Amz-Date' must be signed."
    return _date_flaw(headers.get("x-amz-date", ""), day)


def _date_flaw(text: str, day: str) -> tuple[str, str] | None:
    try:
        moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return "IncompleteSignatureException", "Date must be in ISO-8601 'basic format'."
    if not text.startswith(day):
        return "InvalidSignatureException", "Date in Credential scope does not match the request's."
    if abs(datetime.now(UTC) - moment) > _SKEW:
        return "InvalidSignatureException", f"Signature expired: {text} is now earlier than it may be."
    return None
