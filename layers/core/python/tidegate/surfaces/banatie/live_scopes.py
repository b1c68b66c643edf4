"""Scopes of public live URLs, for their owner (contracts: Banatie §8, "scope management")."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from tidegate.domain.errors import InvalidInput
from tidegate.domain.generation import new_id
from tidegate.domain.library.live import MAX_LIMIT, LiveScope, read_origins, read_slug
from tidegate.domain.library.live_errors import ScopeFormatInvalid, ScopeNotFound
from tidegate.domain.library.records import Image
from tidegate.surfaces.banatie.dialect import Answer, Tenant
from tidegate.surfaces.banatie.presenters import present_image, present_list
from tidegate.surfaces.banatie.reading import read_meta, read_page, read_truth
from tidegate.surfaces.body import read_object
from tidegate.surfaces.headers import optional_timestamp, timestamp
from tidegate.surfaces.http import Request
from tidegate.usecases.library import scopes

if TYPE_CHECKING:
    from tidegate.adapters.dynamodb.library.table import LibraryTable
    from tidegate.adapters.s3 import OutputStore

DELETE_FOR_MS: Final = 20_000  # of the function's time


class Services(Protocol):
    """What these endpoints need of the runtime."""

    @property
    def library(self) -> LibraryTable:
        """The records."""

    @property
    def outputs(self) -> OutputStore:
        """The files."""

    def storage_url(self, path: str, image_id: str) -> str:
        """Where everybody gets an image."""

    def now_ms(self) -> int:
        """The time."""


def create(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Set up a scope."""
    body, now_ms = read_object(request), services.now_ms()
    scope = LiveScope(
        project_id=tenant.project_id,
        scope_id=new_id(now_ms),
        slug=read_slug(body.get("slug")),
        created_at_ms=now_ms,
        updated_at_ms=now_ms,
        **_fields(body),
    )
    scopes.create_scope(services.library, scope)
    return Answer(present_scope(scope), 201)


def list_(request: Request, tenant: Tenant, services: Services) -> Answer:
    """List the project's scopes, newest first."""
    limit, offset = read_page(request)
    slug = request.query.get("slug")
    found = [scope for scope in services.library.scopes.each(tenant.project_id) if slug in {None, scope.slug}]
    found.sort(key=lambda scope: scope.scope_id, reverse=True)
    shown = [present_scope(scope) for scope in found[offset : offset + limit]]
    return present_list(shown, len(found), limit, offset)


def get(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Show a scope with its images."""
    scope = scopes.get_scope(services.library, tenant.project_id, path_slug(request))
    images = scopes.images_of(services.library, tenant.project_id, scope.slug)
    return Answer({**present_scope(scope), "images": present_images(images, services)})


def update(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Change what is sent."""
    fields = _fields(read_object(request))
    scope = scopes.change_scope(
        services.library, tenant.project_id, path_slug(request), fields, services.now_ms()
    )
    return Answer(present_scope(scope))


def delete(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Delete a scope with its images, except those with an alias."""
    scope = scopes.get_scope(services.library, tenant.project_id, path_slug(request))
    scopes.delete_scope(
        services.library,
        services.outputs,
        tenant.project_id,
        scope.slug,
        clock=services.now_ms,
        until_ms=services.now_ms() + DELETE_FOR_MS,
    )
    return Answer({"id": scope.scope_id})


def present_scope(scope: LiveScope) -> dict[str, object]:
    """One scope."""
    return {
        "id": scope.scope_id,
        "projectId": scope.project_id,
        "slug": scope.slug,
        "allowNewGenerations": scope.allow_new,
        "newGenerationsLimit": scope.limit,
        "currentGenerations": scope.pictures,
        "allowedOrigins": list(scope.origins),
        "lastGeneratedAt": optional_timestamp(scope.last_generated_at_ms),
        "meta": json.loads(scope.meta),
        "createdAt": timestamp(scope.created_at_ms),
        "updatedAt": timestamp(scope.updated_at_ms),
    }


def present_images(images: Sequence[Image], services: Services) -> list[dict[str, object]]:
    """Images of a scope."""
    return [present_image(image, services.storage_url) for image in images]


def path_slug(request: Request) -> str:
    """Return the scope that the path names.

    Raises:
        ScopeNotFound: none can be called so.
    """
    try:
        return read_slug(request.path_params.get("slug"))
    except ScopeFormatInvalid as error:
        raise ScopeNotFound from error


def _fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """Read what is sent of a scope; null counts as not sent."""
    fields: dict[str, Any] = {}
    if (allow := body.get("allowNewGenerations")) is not None:
        fields["allow_new"] = read_truth(allow, "allowNewGenerations")
    if (limit := body.get("newGenerationsLimit")) is not None:
        if isinstance(limit, bool) or not isinstance(limit, int) or not 0 <= limit <= MAX_LIMIT:
            raise InvalidInput(
                f"newGenerationsLimit must be a whole number from 0 to {MAX_LIMIT}.",
                field="newGenerationsLimit",
            )
        fields["limit"] = limit
    if (origins := body.get("allowedOrigins")) is not None:
        fields["origins"] = read_origins(origins if isinstance(origins, list) else [None])
    if (meta := body.get("meta")) is not None:
        fields["meta"] = read_meta(meta)
    return fields
