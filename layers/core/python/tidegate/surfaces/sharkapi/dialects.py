"""SharkApi's two dialects. The path chooses: ``/v1/…`` is D1 (the seed), ``/api/…`` is D2 (the newer one)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, TypeVar

from tidegate.domain.errors import KeyRevoked, TidegateError
from tidegate.domain.keys import Surface
from tidegate.domain.limits import Bucket, Window
from tidegate.domain.money import Money
from tidegate.surfaces import endpoint as any_surface
from tidegate.surfaces.endpoint import Endpoint, Exchange, Services, bearer
from tidegate.surfaces.http import Request, Response
from tidegate.surfaces.sharkapi.errors import ERRORS, INTERNAL, SharkError
from tidegate.usecases.authenticate import Caller

_UNAVAILABLE: Final = 503
_RETRY_AFTER_S: Final = 30  # after a 503 (docs: /docs/errors)
_CENT: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function answers: the body itself, for this API has no envelope of success."""

    body: Mapping[str, object]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class _Dialect(ABC):
    """What both dialects share: either header shows the key, on either family of paths."""

    surface: Final = Surface.SHARKAPI

    def token(self, request: Request) -> str | None:
        """Return the key from ``Authorization: Bearer`` or from ``X-API-Key``."""
        return bearer(request) or request.headers.get("x-api-key", "").strip() or None

    def succeeded(self, exchange: Exchange, answer: Answer) -> Response:
        """Answer with the bare body."""
        exchange.log["job_id"] = answer.body.get("job_id")
        return Response(answer.status, dict(answer.body), {**_headers(exchange), **answer.headers})

    def failed(self, exchange: Exchange, error: TidegateError) -> Response:
        """Answer with the dialect's error body."""
        wire = ERRORS.get(error.code, INTERNAL)
        exchange.log["code"] = wire.code
        status, body = self.write(wire, error)
        headers = {**_headers(exchange), **_refusal_headers(status, error, exchange.now_ms)}
        return Response(status, body, headers)

    @abstractmethod
    def write(self, wire: SharkError, error: TidegateError) -> tuple[int, dict[str, object]]:
        """Return status and body of an error."""


class First(_Dialect):
    """D1: the seed's own."""

    def write(self, wire: SharkError, error: TidegateError) -> tuple[int, dict[str, object]]:
        """An object with a stable code; its status equals the HTTP status (docs: /docs/errors)."""
        told = {"code": wire.code, "message": wire.d1 or error.message, "status": wire.status}
        return wire.status, {"error": told}


class Second(_Dialect):
    """D2: as the service runs now."""

    def write(self, wire: SharkError, error: TidegateError) -> tuple[int, dict[str, object]]:
        """A text; a code beside it for one error only."""
        if isinstance(error, KeyRevoked):
            return 403, {"error": "API key has been revoked."}
        told: dict[str, object] = {"error": str(error.details.get("d2") or wire.d2 or error.message)}
        if wire.code in wire.d2_code:
            told["code"] = wire.code
        return wire.d2_status or wire.status, told


D1: Final = First()
D2: Final = Second()
S = TypeVar("S", bound=Services)


def endpoint(
    services: S, dialect: First | Second, *, scope: str, bucket: Bucket
) -> Callable[[Callable[[Request, Caller, S], Answer]], Endpoint[S, Answer]]:
    """Turn a function into a handler for callers whose key has ``scope``, counted in ``bucket``."""
    return any_surface.endpoint(services, dialect, scope=scope, bucket=bucket)


def in_dollars(amount: Money) -> str:
    """Write an amount as the wire does: a dollar sign and two decimals, half up."""
    return f"${amount.dollars.quantize(_CENT, rounding=ROUND_HALF_UP):f}"


def timestamp(at_ms: int | None) -> str | None:
    """Write an instant: ISO 8601, UTC, milliseconds, ``Z``; null for none."""
    if at_ms is None:
        return None
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def _headers(exchange: Exchange) -> dict[str, str]:
    window = exchange.caller.window if exchange.caller else None
    return {"x-request-id": exchange.request_id, **_window(window)}


def _window(window: Window | None) -> dict[str, str]:
    if window is None:
        return {}
    return {
        "x-ratelimit-limit": str(window.limit),
        "x-ratelimit-remaining": str(window.remaining),
        "x-ratelimit-reset": str(window.reset_at_s),
    }


def _refusal_headers(status: int, error: TidegateError, now_ms: int) -> dict[str, str]:
    """When to try again, and what is allowed instead."""
    headers: dict[str, str] = {}
    wait_s, limit = error.details.get("retry_after_seconds"), error.details.get("limit")
    if isinstance(wait_s, int):
        headers["retry-after"] = str(wait_s)
        if isinstance(limit, int):
            headers |= _window(Window(limit, 0, now_ms // 1000 + wait_s))
    elif status == _UNAVAILABLE:
        headers["retry-after"] = str(_RETRY_AFTER_S)
    if "allowed" in error.details:
        headers["allow"] = str(error.details["allowed"])
    return headers
