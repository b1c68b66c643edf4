"""Verifying a webhook as its receiver does: from the documentation, not from the gateway's own code."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

TOLERANCE_S: Final = 300


def is_genuine(secret: str, header: str, body: bytes, now_s: float) -> bool:
    """Check ``X-BabySea-Signature: t=<unix seconds>,v1=<hex>`` over the raw body.

    The key is the whole secret text; what is signed is ``<t>.<body>``; ``t`` is at most five minutes off.
    """
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    timestamp = parts.get("t", "")
    if not timestamp.isdigit() or abs(now_s - int(timestamp)) > TOLERANCE_S:
        return False
    expected = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, parts.get("v1", ""))
