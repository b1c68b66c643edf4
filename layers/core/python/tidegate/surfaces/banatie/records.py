"""Records of generations: listed, and shown with the images that they name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from tidegate.adapters.dynamodb.library.generations import KEPT
from tidegate.adapters.dynamodb.library.rows import Filter
from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.domain.errors import InvalidInput
from tidegate.domain.library.errors import FlowNotFound
from tidegate.domain.library.records import Image, LibraryGeneration, Progress
from tidegate.surfaces.banatie.dialect import Answer, Tenant
from tidegate.surfaces.banatie.presenters import present_generation, present_list
from tidegate.surfaces.banatie.reading import path_id, query_id, read_flag, read_page
from tidegate.surfaces.http import Request
from tidegate.usecases.library.flows import get_flow


class Reading(Protocol):
    """What showing records needs of the runtime."""

    @property
    def library(self) -> LibraryTable:
        """The records."""

    def storage_url(self, path: str, image_id: str) -> str:
        """Where everybody gets an image."""


def list_generations(request: Request, tenant: Tenant, services: Reading) -> Answer:
    """List the project's generations, newest first."""
    limit, offset = read_page(request)
    wanted = Filter() if read_flag(request, "includeDeleted") else KEPT
    if (flow_id := query_id(request, "flowId")) is not None:
        wanted = wanted.also("#flow_id = :flow_id", flow_id=flow_id)
    if (status := request.query.get("status")) is not None:
        if status not in tuple(Progress):
            raise InvalidInput(f"status must be one of {', '.join(Progress)}.", field="status")
        wanted = wanted.also("#status = :status", status=status)
    return _page(tenant, services, wanted, limit=limit, offset=offset)


def list_flow_generations(request: Request, tenant: Tenant, services: Reading) -> Answer:
    """List a flow's generations, newest first."""
    limit, offset = read_page(request)
    flow = get_flow(services.library, tenant.project_id, path_id(request, "id", FlowNotFound))
    wanted = KEPT.also("#flow_id = :flow_id", flow_id=flow.flow_id)
    return _page(tenant, services, wanted, limit=limit, offset=offset)


def present_record(record: LibraryGeneration, services: Reading) -> Answer:
    """Answer one record."""
    images = _images_of([record], record.project_id, services)
    return Answer(present_generation(record, images, services.storage_url))


def _page(tenant: Tenant, services: Reading, wanted: Filter, *, limit: int, offset: int) -> Answer:
    page = services.library.generations.page(tenant.project_id, wanted, limit=limit, offset=offset)
    images = _images_of(page.generations, tenant.project_id, services)
    shown = [present_generation(record, images, services.storage_url) for record in page.generations]
    return present_list(shown, page.total, limit, offset)


def _images_of(records: Iterable[LibraryGeneration], project_id: str, services: Reading) -> dict[str, Image]:
    """Read the images that are to be shown, outputs and references, at once."""
    wanted = [
        image_id
        for record in records
        for image_id in (record.output_image_id, *(one.image_id for one in record.references))
        if image_id is not None
    ]
    return services.library.images.some(project_id, wanted) if wanted else {}
