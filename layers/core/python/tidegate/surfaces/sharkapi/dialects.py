"""SharkApi's two dialects. The path chooses: ``/v1/…`` is D1 (the seed), ``/api/…`` is D2 (the newer one)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, TypeVar

from tidegate.domain.errors import KeyRevoked, TidegateError
from tidegate.domain.keys import Surface
from tidegate.domain.limits import Bucket
from tidegate.domain.money import Money
from tidegate.surfaces import endpoint as any_surface
from tidegate.surfaces.endpoint import Endpoint, Exchange, Services, bearer
from tidegate.surfaces.headers import exchange_headers, refusal_headers
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
        return Response(answer.status, dict(answer.body), {**exchange_headers(exchange), **answer.headers})

    def failed(self, exchange: Exchange, error: TidegateError) -> Response:
        """Answer with the dialect's error body."""
        wire = ERRORS.get(error.code, INTERNAL)
        exchange.log["code"] = wire.code
        status, body = self.write(wire, error)
        headers = {**refusal_headers(status, error, exchange.now_ms), **exchange_headers(exchange)}
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
