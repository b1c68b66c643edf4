"""The two envelopes that every BabySea answer comes in, and the headers beside them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from tidegate.domain.limits import Window
from tidegate.surfaces.babysea.errors import WireError
from tidegate.surfaces.headers import timestamp

_TOO_MANY: Final = 429
_RETRY_AFTER_S: Final = {"BSE2016": 2}  # where nothing better is known


def number(value: Decimal) -> float:
    """Write a decimal as a JSON number: its shortest form is the value's own."""
    return float(value)


def success(request_id: str, message: str, at_ms: int, data: Mapping[str, object]) -> dict[str, object]:
    """Return the envelope of an answer."""
    return {
        "status": "success",
        "request_id": request_id,
        "message": message,
        "timestamp": timestamp(at_ms),
        "data": dict(data),
    }


def failure(
    request_id: str, error: WireError, message: str, details: Mapping[str, object]
) -> dict[str, object]:
    """Return the envelope of an error. Every field is there: the SDK guesses what is missing."""
    body: dict[str, object] = {
        "code": error.code,
        "type": error.type,
        "message": message,
        "retryable": error.retryable,
    }
    if details:
        body["details"] = dict(details)
    return {"status": "error", "request_id": request_id, "error": body}


def refusing_window(error: WireError, details: Mapping[str, object], now_ms: int) -> Window | None:
    """Return the window that a 429 speaks of, for callers that have none of their own.

    The SDK reads ``Retry-After`` only beside the rate-limit headers (contracts §0 row 7).
    """
    limit, wait_s = details.get("limit"), details.get("retry_after_seconds")
    if error.status != _TOO_MANY or not isinstance(limit, int) or not isinstance(wait_s, int):
        return None
    return Window(limit, 0, now_ms // 1000 + wait_s, exceeded=True)


def retry_headers(error: WireError, details: Mapping[str, object]) -> dict[str, str]:
    """Return ``Retry-After`` where the caller may try again: whole seconds, at least one."""
    seconds = details.get("retry_after_seconds") or _RETRY_AFTER_S.get(error.code)
    return {"retry-after": str(seconds)} if seconds else {}
