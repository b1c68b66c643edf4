"""Pictures of a scope are made anew (contracts: Banatie §8, "scope management")."""

from __future__ import annotations

from typing import Protocol

from tidegate.surfaces.banatie.asking import read_wait_ms
from tidegate.surfaces.banatie.dialect import Answer, Tenant
from tidegate.surfaces.banatie.live_scopes import Services as ScopeServices
from tidegate.surfaces.banatie.live_scopes import path_slug, present_images
from tidegate.surfaces.banatie.reading import read_id
from tidegate.surfaces.body import read_object
from tidegate.surfaces.http import Request
from tidegate.usecases.library import live, scopes
from tidegate.usecases.library.conclude import Desk


class Services(live.Services, ScopeServices, Protocol):
    """What making pictures anew needs of the runtime."""


def regenerate(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Make the scope's pictures anew, or one of them: the same ids and URLs, new bytes."""
    until_ms = request.began_ms(services.now_ms()) + read_wait_ms(request, services.library_wait_ms)
    body = read_object(request) if request.body.strip() else {}
    image_id = read_id(body["imageId"], "imageId") if body.get("imageId") is not None else None
    scope = scopes.get_scope(services.library, tenant.project_id, path_slug(request))
    done = scopes.regenerate_scope(
        services,
        Desk(services.library, services.generations, services.outputs, services.now_ms),
        tenant.key,
        scope.slug,
        scopes.records_of(services.library, tenant.project_id, scope.slug, image_id),
        until_ms=until_ms,
        pause=services.pause,
    )
    return Answer({"regenerated": done.begun, "images": present_images(done.images, services)})
