"""How Banatie's surface speaks: its header, its envelopes, and its decorators for handlers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from tidegate.domain.errors import TidegateError
from tidegate.domain.keys import Key, Surface
from tidegate.domain.library.errors import MasterKeyRequired, ProjectKeyRequired
from tidegate.domain.limits import Bucket
from tidegate.surfaces import endpoint as any_surface
from tidegate.surfaces.banatie.errors import ERRORS, INTERNAL
from tidegate.surfaces.endpoint import Endpoint, Exchange, Services
from tidegate.surfaces.headers import exchange_headers, refusal_headers
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
        """Wrap an error in the envelope of errors, for no cache to keep: what is not there may be soon."""
        wire = ERRORS.get(error.code, INTERNAL)
        exchange.log["code"] = wire.code
        body = {"success": False, "error": {"message": error.message, "code": wire.code}}
        headers = {**refusal_headers(wire.status, error, exchange.now_ms), **exchange_headers(exchange)}
        return Response(wire.status, body, {**headers, "cache-control": "no-store"})


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


def pagination(total: int, limit: int, offset: int) -> dict[str, object]:
    """Say where in a list an answer lies."""
    return {"total": total, "limit": limit, "offset": offset, "hasMore": offset + limit < total}
