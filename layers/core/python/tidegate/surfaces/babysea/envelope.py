"""The two envelopes that every BabySea answer comes in, and the headers beside them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from tidegate.domain.limits import Window
from tidegate.surfaces.babysea.errors import WireError

_RETRY_AFTER_S: Final = {"BSE2016": 2}  # where nothing better is known


def new_request_id() -> str:
    """Return a fresh request id."""
    return f"req_{secrets.token_hex(16)}"


def timestamp(at_ms: int) -> str:
    """Write an instant as the wire does: ISO 8601, UTC, milliseconds, ``Z``."""
    instant = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def optional_timestamp(at_ms: int | None) -> str | None:
    """Write an instant, or null."""
    return None if at_ms is None else timestamp(at_ms)


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


def window_headers(window: Window | None) -> dict[str, str]:
    """Return the rate-limit headers; none for a caller that is not known, who has no window."""
    if window is None:
        return {}
    return {
        "x-ratelimit-limit": str(window.limit),
        "x-ratelimit-remaining": str(window.remaining),
        "x-ratelimit-reset": str(window.reset_at_s),
    }


def retry_headers(error: WireError, details: Mapping[str, object]) -> dict[str, str]:
    """Return ``Retry-After`` where the caller may try again: whole seconds, at least one."""
    seconds = details.get("retry_after_seconds") or _RETRY_AFTER_S.get(error.code)
    return {"retry-after": str(seconds)} if seconds else {}
