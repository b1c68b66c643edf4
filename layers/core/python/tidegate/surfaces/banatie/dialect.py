"""How Banatie's surface speaks: its header, its envelopes, and its decorators for handlers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, TypeVar

from tidegate.domain.errors import TidegateError
from tidegate.domain.keys import Key, Surface
from tidegate.domain.library.errors import MasterKeyRequired, ProjectKeyRequired
from tidegate.domain.limits import Bucket, Window
from tidegate.surfaces import endpoint as any_surface
from tidegate.surfaces.banatie.errors import ERRORS, INTERNAL
from tidegate.surfaces.endpoint import Endpoint, Exchange, Services
from tidegate.surfaces.http import Request, Response
from tidegate.usecases.authenticate import Caller

_TOO_MANY: Final = 429


@dataclass(frozen=True, slots=True)
class Answer:
    """What a function answers, before the envelope. ``pagination`` is what a list carries beside ``data``.

    A ``bare`` answer has no envelope: some of the hosted product's older calls know none.
    """

    data: Mapping[str, object] | Sequence[Mapping[str, object]]
    status: int = 200
    pagination: Mapping[str, object] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Tenant:
    """Whose library a request is about: all that it can reach."""

    key: Key
    project_id: str
    path: str  # "organization/project", as it stands in the URLs of images


class Banatie:
    """The dialect of contracts/banatie §2."""

    surface: Final = Surface.BANATIE

    def token(self, request: Request) -> str | None:
        """Keys are read from ``X-API-Key`` and from nowhere else: what stands in a URL is seen by others."""
        return request.headers.get("x-api-key", "").strip() or None

    def succeeded(self, exchange: Exchange, answer: Answer) -> Response:
        """Wrap data in the envelope of success."""
        data = dict(answer.data) if isinstance(answer.data, Mapping) else list(answer.data)
        headers = {**exchange_headers(exchange), **answer.headers}
        if answer.bare:
            return Response(answer.status, data, headers)
        body: dict[str, object] = {"success": True, "data": data}
        if answer.pagination is not None:
            body["pagination"] = dict(answer.pagination)
        return Response(answer.status, body, headers)

    def failed(self, exchange: Exchange, error: TidegateError) -> Response:
        """Wrap an error in the envelope of errors."""
        wire = ERRORS.get(error.code, INTERNAL)
        exchange.log["code"] = wire.code
        body = {"success": False, "error": {"message": error.message, "code": wire.code}}
        headers = {**_refusal(wire.status, error, exchange.now_ms), **exchange_headers(exchange)}
        return Response(wire.status, body, headers)


BANATIE: Final = Banatie()
S = TypeVar("S", bound=Services)


def endpoint(
    services: S, *, scope: str
) -> Callable[[Callable[[Request, Tenant, S], Answer]], Endpoint[S, Answer]]:
    """Turn a function into a handler for callers whose project key has ``scope``."""

    def decorate(handle: Callable[[Request, Tenant, S], Answer]) -> Endpoint[S, Answer]:
        def run(request: Request, caller: Caller, services: S) -> Answer:
            return handle(request, tenant_of(caller.key), services)

        return any_surface.endpoint(services, BANATIE, scope=scope, bucket=Bucket.LIBRARY)(run)

    return decorate


def master_endpoint(
    services: S, *, scope: str
) -> Callable[[Callable[[Request, Key, S], Answer]], Endpoint[S, Answer]]:
    """Turn a function into a handler for callers whose master key has ``scope``."""

    def decorate(handle: Callable[[Request, Key, S], Answer]) -> Endpoint[S, Answer]:
        def run(request: Request, caller: Caller, services: S) -> Answer:
            if caller.key.project_id is not None:
                raise MasterKeyRequired("Master key required")
            return handle(request, caller.key, services)

        return any_surface.endpoint(services, BANATIE, scope=scope, bucket=Bucket.MASTER)(run)

    return decorate


def public_endpoint(
    services: S,
) -> Callable[[Callable[[Request, S], Answer | Response]], Endpoint[S, Answer]]:
    """Turn a function into a handler for everybody, with services. A ``Response`` is whole as it is."""

    def decorate(handle: Callable[[Request, S], Answer | Response]) -> Endpoint[S, Answer]:
        return Endpoint(services, BANATIE, lambda exchange, services: handle(exchange.request, services))

    return decorate


def tenant_of(key: Key) -> Tenant:
    """Return whose library a key opens.

    Raises:
        ProjectKeyRequired: it is a master key.
    """
    if key.project_id is None or key.project_path is None:
        raise ProjectKeyRequired("Project key required")
    return Tenant(key, key.project_id, key.project_path)


def timestamp(at_ms: int) -> str:
    """Write an instant as the wire does: ISO 8601, UTC, milliseconds, ``Z``."""
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def optional_timestamp(at_ms: int | None) -> str | None:
    """Write an instant, or null."""
    return None if at_ms is None else timestamp(at_ms)


def pagination(total: int, limit: int, offset: int) -> dict[str, object]:
    """Say where in a list an answer lies."""
    return {"total": total, "limit": limit, "offset": offset, "hasMore": offset + limit < total}


def exchange_headers(exchange: Exchange) -> dict[str, str]:
    """Return what stands on every answer: the request's id, and what is left of the key's window."""
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


def _refusal(status: int, error: TidegateError, now_ms: int) -> dict[str, str]:
    """When to try again, and what is allowed instead."""
    headers: dict[str, str] = {}
    wait_s, limit = error.details.get("retry_after_seconds"), error.details.get("limit")
    if status == _TOO_MANY and isinstance(wait_s, int):
        headers["retry-after"] = str(wait_s)
        if isinstance(limit, int):
            headers |= _window(Window(limit, 0, now_ms // 1000 + wait_s))
    if "allowed" in error.details:
        headers["allow"] = str(error.details["allowed"])
    return headers
