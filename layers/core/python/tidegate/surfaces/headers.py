"""What stands beside the bodies of all surfaces: limits, when to try again, what is allowed; and instants."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tidegate.domain.errors import TidegateError
from tidegate.domain.limits import Window
from tidegate.surfaces.endpoint import Exchange

_TOO_MANY: Final = 429
_UNAVAILABLE: Final = 503
_RETRY_AFTER_S: Final = 30  # after a 503 that knows nothing better


def timestamp(at_ms: int) -> str:
    """Write an instant as every surface does: ISO 8601, UTC, milliseconds, ``Z``."""
    instant = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def optional_timestamp(at_ms: int | None) -> str | None:
    """Write an instant, or null."""
    return None if at_ms is None else timestamp(at_ms)


def window_headers(window: Window | None) -> dict[str, str]:
    """Return the rate-limit headers; none for a caller that is not known, who has no window."""
    if window is None:
        return {}
    return {
        "x-ratelimit-limit": str(window.limit),
        "x-ratelimit-remaining": str(window.remaining),
        "x-ratelimit-reset": str(window.reset_at_s),
    }


def exchange_headers(exchange: Exchange) -> dict[str, str]:
    """Return what stands on every answer: the request's id, and what is left of the caller's window."""
    window = exchange.caller.window if exchange.caller else None
    return {"x-request-id": exchange.request_id, **window_headers(window)}


def refusal_headers(status: int, error: TidegateError, now_ms: int) -> dict[str, str]:
    """Say when to try again, of which window a 429 speaks, and which methods are allowed instead."""
    headers: dict[str, str] = {}
    wait_s, limit = error.details.get("retry_after_seconds"), error.details.get("limit")
    if status == _UNAVAILABLE and wait_s is None:
        wait_s = _RETRY_AFTER_S
    if isinstance(wait_s, int):
        headers["retry-after"] = str(wait_s)
        if status == _TOO_MANY and isinstance(limit, int):
            headers |= window_headers(Window(limit, 0, now_ms // 1000 + wait_s))
    if "allowed" in error.details:
        headers["allow"] = str(error.details["allowed"])
    return headers
