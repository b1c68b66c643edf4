"""Images of a project: listed, found, described, named and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Protocol

from tidegate.adapters.dynamodb.library.images import KEPT, focal_point_value
from tidegate.adapters.dynamodb.library.rows import Filter
from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.adapters.s3 import OutputStore
from tidegate.domain.errors import InvalidInput
from tidegate.domain.library.aliases import is_alias, is_well_formed, read_alias
from tidegate.domain.library.errors import ImageNotFound
from tidegate.domain.library.records import Image, Source
from tidegate.surfaces.banatie.dialect import Answer, Tenant
from tidegate.surfaces.banatie.presenters import present_image, present_list
from tidegate.surfaces.banatie.reading import (
    path_id,
    query_id,
    read_flag,
    read_meta,
    read_page,
    wants_move,
)
from tidegate.surfaces.body import read_object
from tidegate.surfaces.headers import timestamp
from tidegate.surfaces.http import Request
from tidegate.usecases.library.aliases import assign, resolve
from tidegate.usecases.library.images import describe, destroy, find, hide, restore

_DIGITS: Final = 20  # of a focal point: the store holds no number nearer to 0 than 1E-130


class Services(Protocol):
    """What these endpoints need of the runtime."""

    @property
    def library(self) -> LibraryTable:
        """The images."""

    def storage_url(self, path: str, image_id: str) -> str:
        """Where everybody gets an image."""

    def now_ms(self) -> int:
        """The time."""


class ServicesWithFiles(Services, Protocol):
    """The same, where files are deleted."""

    @property
    def outputs(self) -> OutputStore:
        """The files."""


def list_images(request: Request, tenant: Tenant, services: Services) -> Answer:
    """List the project's images, newest first."""
    limit, offset = read_page(request)
    wanted = Filter() if read_flag(request, "includeDeleted") else KEPT
    if (flow_id := query_id(request, "flowId")) is not None:
        wanted = wanted.also("#flow_id = :flow_id", flow_id=flow_id)
    if (source := request.query.get("source")) is not None:
        if source not in tuple(Source):
            raise InvalidInput(f"source must be one of {', '.join(Source)}.", field="source")
        wanted = wanted.also("#source = :source", source=source)
    if (alias := request.query.get("alias")) is not None:
        wanted = wanted.also("#alias = :alias", alias=alias)
    return page_of_images(tenant, services, wanted, limit=limit, offset=offset)


def page_of_images(tenant: Tenant, services: Services, wanted: Filter, *, limit: int, offset: int) -> Answer:
    """Answer some of the images that a filter finds."""
    page = services.library.images.page(tenant.project_id, wanted, limit=limit, offset=offset)
    shown = [present_image(image, services.storage_url) for image in page.images]
    return present_list(shown, page.total, limit, offset)


def get_image(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Show one image."""
    return Answer(present_image(_named(request, tenant, services), services.storage_url))


def resolve_alias(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Say what an alias stands for."""
    alias = request.path_params.get("alias", "")
    if not is_well_formed(alias):
        raise ImageNotFound
    found = resolve(services.library, tenant.project_id, alias, query_id(request, "flowId"))
    return Answer(
        {
            "alias": found.alias,
            "imageId": found.image.image_id,
            "scope": found.tier.value,
            "flowId": found.flow_id,
            "image": present_image(found.image, services.storage_url),
        }
    )


def update_image(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Change what is sent: an absent field stays, null takes the alias or the focal point away."""
    body = read_object(request)
    sets: dict[str, object] = {}
    if "focalPoint" in body:
        sets["focal_point"] = focal_point_value(_focal_point(body["focalPoint"]))
    if "meta" in body:
        sets["meta"] = read_meta(body["meta"])
    alias = _alias(body) if "alias" in body else None
    image = _named(request, tenant, services)
    if "alias" in body:  # first: it is what can be refused
        image = _call(request, tenant, services, image, alias)
    image = describe(services.library, image, sets, services.now_ms())
    return Answer(present_image(image, services.storage_url))


def set_alias(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Name an image, or with null take its name away."""
    body = read_object(request)
    if "alias" not in body:
        raise InvalidInput("alias is required.", field="alias")
    alias = _alias(body)
    image = _call(request, tenant, services, _named(request, tenant, services), alias)
    return Answer(present_image(image, services.storage_url))


def remove_alias(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Take an image's name away."""
    image = _call(request, tenant, services, _named(request, tenant, services), None)
    return Answer(present_image(image, services.storage_url))


def delete_image(request: Request, tenant: Tenant, services: ServicesWithFiles) -> Answer:
    """Delete an image: softly, or with ``?permanent=true`` for good."""
    permanent, now_ms = read_flag(request, "permanent"), services.now_ms()
    image = _named(request, tenant, services, deleted=permanent)
    if permanent:
        destroy(services.library, services.outputs, image, now_ms=now_ms)
        return Answer({"id": image.image_id})
    hidden = hide(services.library, image, now_ms)
    return Answer({"id": hidden.image_id, "deletedAt": timestamp(now_ms)})


def restore_image(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Bring a softly deleted image back."""
    image_id = path_id(request, "id", ImageNotFound)
    image = find(services.library, tenant.project_id, image_id, deleted=True)
    image = restore(services.library, image, services.now_ms())
    return Answer(present_image(image, services.storage_url))


def _named(request: Request, tenant: Tenant, services: Services, *, deleted: bool = False) -> Image:
    """Return the image that the path names, by id or by alias."""
    identifier, flow_id = request.path_params.get("id", ""), query_id(request, "flowId")
    if is_alias(identifier):
        if not is_well_formed(identifier):
            raise ImageNotFound
        return find(services.library, tenant.project_id, identifier, flow_id=flow_id)
    return find(services.library, tenant.project_id, path_id(request, "id", ImageNotFound), deleted=deleted)


def _call(request: Request, tenant: Tenant, services: Services, image: Image, alias: str | None) -> Image:
    return assign(
        services.library,
        image,
        alias,
        account_id=tenant.key.account_id,
        moves=wants_move(request),
        now_ms=services.now_ms(),
    )


def _alias(body: Mapping[str, Any]) -> str | None:
    return None if body["alias"] is None else read_alias(body["alias"], "alias")


def _focal_point(value: object) -> tuple[Decimal, Decimal] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or set(value) != {"x", "y"}:
        raise InvalidInput("focalPoint must be an object of x and y, or null.", field="focalPoint")
    return _share(value["x"]), _share(value["y"])


def _share(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InvalidInput("focalPoint takes numbers from 0 to 1.", field="focalPoint")
    return Decimal(str(round(value, _DIGITS)))
