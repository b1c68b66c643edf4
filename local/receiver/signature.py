"""The check that a customer makes: is this webhook the gateway's, and is it fresh?

The key is the whole secret string as UTF-8, its ``whsec_`` included; the message is ``<t>.<raw body>``.
"""

from __future__ import annotations

import hashlib
import hmac
import re

TOLERANCE_S = 300
_HEADER = re.compile(r"t=(\d+),v1=([0-9a-f]{64})")


def verify(secret: str, header: str | None, body: bytes, now_s: float) -> str | None:
    """None if the header ``t=<unix seconds>,v1=<hex>`` fits the body; otherwise what is wrong, in words."""
    if header is None:
        return "no signature header"
    match = _HEADER.fullmatch(header)
    if match is None:
        return "malformed signature header"
    if abs(now_s - int(match[1])) > TOLERANCE_S:
        return "timestamp outside the tolerance"
    expected = hmac.new(secret.encode(), f"{match[1]}.".encode() + body, hashlib.sha256).hexdigest()
    return None if hmac.compare_digest(expected, match[2]) else "signature does not match"
