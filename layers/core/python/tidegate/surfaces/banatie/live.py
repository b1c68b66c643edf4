"""Live pictures over HTTP: bytes instead of an envelope, and a redirect to itself while they are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final, Protocol, TypeVar
from urllib.parse import quote, urlencode

from tidegate.adapters.http_errors import ResponseLost, UnexpectedStatus
from tidegate.domain.errors import InvalidInput, ServiceUnavailable, TidegateError
from tidegate.domain.keys import Surface
from tidegate.domain.library.enhancement import Template
from tidegate.domain.library.live import LiveAsked, read_slug
from tidegate.domain.library.signed_urls import WAIT
from tidegate.domain.library.waiting import MAX_HOPS, Waiting
from tidegate.domain.limits import Bucket
from tidegate.surfaces import endpoint as any_surface
from tidegate.surfaces.banatie.asking import read_prompt, read_ratio
from tidegate.surfaces.banatie.dialect import BANATIE, tenant_of
from tidegate.surfaces.banatie.generations import Rewriting, enhanced
from tidegate.surfaces.banatie.reading import read_flag
from tidegate.surfaces.endpoint import Endpoint, Exchange
from tidegate.surfaces.headers import exchange_headers
from tidegate.surfaces.http import Request, Response
from tidegate.usecases.authenticate import Caller
from tidegate.usecases.library import live
from tidegate.usecases.library.live_doors import KeyDoor, PublicDoor
from tidegate.usecases.library.live_doors import Services as PublicServices

# Lambda answers 6 MB, the base64 of the body included (AWS Lambda quotas, "invocation payload").
MAX_BODY_BYTES: Final = 4_400_000
REDIRECT_KEPT_S: Final = 60  # of the 300 s for which the place is good
KEPT: Final = "public, max-age=31536000"  # contracts: Banatie §8
NEVER_KEPT: Final = {"cache-control": "no-store"}
EVERYWHERE: Final = {"cross-origin-resource-policy": "cross-origin"}  # for pages that ask for it (COEP)
RETRY_AFTER_S: Final = 30
_TRIES: Final = 2


class Services(live.Services, any_surface.Services, Rewriting, Protocol):
    """What live pictures need of the runtime."""


class ServicesForVisitors(Services, PublicServices, Protocol):
    """The same for public URLs."""


@dataclass(frozen=True, slots=True)
class Served:
    """What goes out: a picture, or where to go on."""

    status: int
    body: bytes | str
    headers: Mapping[str, str]


class LiveDialect:
    """As Banatie's surface speaks, but pictures are bytes."""

    surface: Final = Surface.BANATIE

    def token(self, request: Request) -> str | None:
        """Return the key, from its header only."""
        return BANATIE.token(request)

    def succeeded(self, exchange: Exchange, answer: Served) -> Response:
        """Answer a picture."""
        return Response(answer.status, answer.body, {**exchange_headers(exchange), **answer.headers})

    def failed(self, exchange: Exchange, error: TidegateError) -> Response:
        """Wrap an error."""
        return BANATIE.failed(exchange, error)


LIVE: Final = LiveDialect()
S = TypeVar("S", bound=Services)


def live_endpoint(
    services: S, *, scope: str
) -> Callable[[Callable[[Request, Caller, S], Served]], Endpoint[S, Served]]:
    """Turn a function into a handler of live pictures for callers with a key."""
    return any_surface.endpoint(services, LIVE, scope=scope, bucket=Bucket.LIBRARY)


def public_endpoint(services: S) -> Callable[[Callable[[Request, S], Served]], Endpoint[S, Served]]:
    """Turn a function into a handler of live pictures for everybody."""

    def decorate(handle: Callable[[Request, S], Served]) -> Endpoint[S, Served]:
        return Endpoint(services, LIVE, lambda exchange, services: handle(exchange.request, services))

    return decorate


def show(request: Request, caller: Caller, services: Services) -> Served:
    """Show a picture of the key's project."""
    tenant = tenant_of(caller.key)
    door = KeyDoor(tenant.key, tenant.project_id, tenant.path)
    # Its URL means another picture to every project, and nothing to those without a key.
    return _shown(request, door, services, {"vary": "x-api-key"})


def show_public(request: Request, services: ServicesForVisitors) -> Served:
    """Show a picture to a visitor of a page, by a URL that anybody may have."""
    read_asked(request)  # before anything is looked up
    params = request.path_params
    scope = read_slug(params.get("scope"))
    door = PublicDoor.of(
        services,
        f"{params.get('organization', '')}/{params.get('project', '')}",
        scope,
        query=request.query,
        address=request.client_address,
        page=request.headers.get("origin") or request.headers.get("referer"),
    )
    return _shown(request, door, services, {"x-scope": scope, **EVERYWHERE})


def read_asked(request: Request) -> LiveAsked:
    """Read what is to be seen.

    Raises:
        InvalidInput: a parameter is no such thing as it must be.
    """
    query = request.query
    template = query.get("template") or Template.GENERAL
    if template not in tuple(Template):
        raise InvalidInput(f"template must be one of {', '.join(Template)}.", field="template")
    return LiveAsked(
        prompt=read_prompt(query),
        aspect_ratio=read_ratio(query.get("aspectRatio") or None),
        auto_enhance=not query.get("autoEnhance") or read_flag(request, "autoEnhance"),
        template=Template(template),
    )


def _shown(request: Request, door: live.Door, services: Services, headers: Mapping[str, str]) -> Served:
    visit = live.Visit(
        services,
        door,
        read_asked(request),
        prepare=lambda asked: enhanced(asked, services),
        began_ms=request.began_ms(services.now_ms()),
        waiting=Waiting.read(request.query.get(WAIT, "")),
    )
    for _ in range(_TRIES):
        found = visit.show()
        if isinstance(found, live.Unfinished):
            return _on(request, found.waiting)
        told = {**headers, **_about(found)}
        if found.image.size_bytes > MAX_BODY_BYTES:
            kept = {"cache-control": f"private, max-age={REDIRECT_KEPT_S}"}
            return Served(
                302, "", {**told, **kept, "location": services.outputs.presign(found.image.file, "GET")}
            )
        content = _content(found, services)
        if content is not None:
            typed = {"content-type": found.image.content_type, "cache-control": KEPT}
            return Served(200, content, {**told, **typed})
    raise ServiceUnavailable("The picture could not be read. Try again.")


def _about(shown: live.Shown) -> dict[str, str]:
    told = {"x-image-id": shown.image.image_id, "x-content-type-options": "nosniff"}
    if shown.hits is not None:
        return {**told, "x-cache-status": "HIT", "x-cache-hit-count": str(shown.hits)}
    return {**told, "x-cache-status": "MISS", "x-generation-id": shown.generation_id or ""}


def _content(shown: live.Shown, services: Services) -> bytes | None:
    """Read the file; None: another run has put a newer one in its place meanwhile."""
    file = BytesIO()
    try:
        services.outputs.read(shown.image.file, file, MAX_BODY_BYTES)
    except UnexpectedStatus:
        return None
    except ResponseLost as error:
        raise ServiceUnavailable("The picture could not be read. Try again.") from error
    return file.getvalue()


def _on(request: Request, waiting: Waiting) -> Served:
    """Send the caller here again: an answer has to come within 30 s, and a picture may take minutes."""
    if waiting.hops > MAX_HOPS:
        raise ServiceUnavailable(
            "The picture is still being made. Try again later.", retry_after_seconds=RETRY_AFTER_S
        )
    query = urlencode({**request.query, WAIT: str(waiting)}, quote_via=quote)
    return Served(303, "", {**NEVER_KEPT, "location": f"?{query}"})
