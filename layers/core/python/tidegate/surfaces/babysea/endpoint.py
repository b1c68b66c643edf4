"""How the BabySea surface speaks, and its decorators for handlers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias, TypeVar

from tidegate.domain.errors import RateLimited, TidegateError
from tidegate.domain.keys import Surface
from tidegate.domain.limits import Bucket
from tidegate.surfaces import endpoint as any_surface
from tidegate.surfaces.babysea.envelope import (
    failure,
    refusing_window,
    retry_headers,
    success,
)
from tidegate.surfaces.babysea.errors import ERRORS, INTERNAL, WireError
from tidegate.surfaces.endpoint import Exchange, Services, bearer
from tidegate.surfaces.headers import exchange_headers, window_headers
from tidegate.surfaces.http import Request, Response
from tidegate.usecases.authenticate import Caller

_REPEATABLE_METHODS: Final = {"GET", "HEAD", "DELETE"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function answers, before the envelope. A replay tells again what was first told, and when.

    ``beside`` is what a page of a list carries next to ``data``.
    """

    data: Mapping[str, object]
    message: str = "OK"
    request_id: str | None = None
    at_ms: int | None = None
    replayed: bool = False
    beside: Mapping[str, object] = field(default_factory=dict)


class BabySea:
    """The dialect of contracts/babysea §2."""

    surface: Final = Surface.BABYSEA

    def token(self, request: Request) -> str | None:
        """Keys are read from the Authorization header and from nowhere else."""
        return bearer(request)

    def succeeded(self, exchange: Exchange, answer: Answer) -> Response:
        """Wrap data in the envelope of success."""
        if answer.request_id is not None and not answer.replayed:
            exchange.request_id = answer.request_id
        body = success(
            answer.request_id or exchange.request_id,
            answer.message,
            exchange.now_ms if answer.at_ms is None else answer.at_ms,
            answer.data,
        )
        body |= answer.beside
        replay = {"idempotency-replayed": "true"} if answer.replayed else {}
        exchange.log |= {
            "generation_id": answer.data.get("generation_id"),
            "replayed": answer.replayed or None,
        }
        return Response(200, body, {**exchange_headers(exchange), **replay})

    def failed(self, exchange: Exchange, error: TidegateError) -> Response:
        """Wrap an error in the envelope of errors."""
        wire, details = _wire(exchange, error), error.details
        exchange.log["code"] = wire.code
        refused_by = window_headers(refusing_window(wire, details, exchange.now_ms))
        own = exchange_headers(exchange)
        # a scripted BSE1005 (docs/test-mode.md) tells of a window that is used up; the real one says the same
        windows = {**own, **refused_by} if error.code == RateLimited.code else {**refused_by, **own}
        headers = {**windows, **retry_headers(wire, details)}
        if "allowed" in details:
            headers["allow"] = str(details["allowed"])
        return Response(wire.status, failure(exchange.request_id, wire, error.message, details), headers)


BABYSEA: Final = BabySea()
S = TypeVar("S", bound=Services)
Endpoint: TypeAlias = any_surface.Endpoint[S, Answer]


def endpoint(
    services: S, *, scope: str, bucket: Bucket
) -> Callable[[Callable[[Request, Caller, S], Answer]], any_surface.Endpoint[S, Answer]]:
    """Turn a function into a handler for callers whose key has ``scope``, counted in ``bucket``."""
    return any_surface.endpoint(services, BABYSEA, scope=scope, bucket=bucket)


def open_endpoint(
    services: S,
) -> Callable[[Callable[[Request], Answer | Response]], any_surface.Endpoint[S, Answer]]:
    """Turn a function into a handler that asks for no key, and may answer without an envelope."""
    return any_surface.open_endpoint(services, BABYSEA)


def _wire(exchange: Exchange, error: TidegateError) -> WireError:
    """A request that may have changed something is not to be repeated blindly (contracts §0 row 9)."""
    if error.code != TidegateError.code and error.code in ERRORS:
        return ERRORS[error.code]
    return replace(INTERNAL, retryable=exchange.request.method in _REPEATABLE_METHODS)
