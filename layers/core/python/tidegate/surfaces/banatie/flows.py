"""Flows of a project: begun, listed, named in and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from tidegate.adapters.dynamodb.library.images import KEPT
from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.adapters.s3 import OutputStore
from tidegate.domain.errors import InvalidInput
from tidegate.domain.library.aliases import is_well_formed, read_alias
from tidegate.domain.library.errors import AliasNotFound, FlowNotFound, ImageNotFound
from tidegate.domain.library.records import Flow
from tidegate.surfaces.banatie import images
from tidegate.surfaces.banatie.dialect import Answer, Tenant
from tidegate.surfaces.banatie.presenters import present_flow, present_list
from tidegate.surfaces.banatie.reading import path_id, read_flag, read_id, read_meta, read_page
from tidegate.surfaces.body import read_object
from tidegate.surfaces.http import Request
from tidegate.usecases.library.flows import (
    begin,
    counts,
    end_flow,
    get_flow,
    name_in_flow,
    unname_in_flow,
)

# The hosted product no longer has this call: whatever names no flow starts one (contracts: Banatie §10, R3).
DEPRECATED: Final = {"deprecation": "true"}


class Services(Protocol):
    """What these endpoints need of the runtime."""

    @property
    def library(self) -> LibraryTable:
        """The flows."""

    def now_ms(self) -> int:
        """The time."""


class ServicesWithFiles(Services, Protocol):
    """The same, where files are deleted."""

    @property
    def outputs(self) -> OutputStore:
        """The files."""


def create_flow(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Start a flow that can be seen at once."""
    body = read_object(request) if request.body.strip() else {}
    meta = read_meta(body["meta"]) if body.get("meta") is not None else "{}"
    flow = begin(services.library, tenant.project_id, meta, services.now_ms())
    return Answer(present_flow(flow, generations=0, images=0), 201, headers=DEPRECATED)


def list_flows(request: Request, tenant: Tenant, services: Services) -> Answer:
    """List the project's flows, newest first, with their counts."""
    limit, offset = read_page(request)
    library, project_id = services.library, tenant.project_id
    page = library.flows.page(project_id, limit=limit, offset=offset)
    generations = library.generations.count_by_flow(project_id) if page.flows else {}
    pictures = library.images.count_by_flow(project_id) if page.flows else {}
    shown = [
        present_flow(flow, generations=generations.get(flow.flow_id, 0), images=pictures.get(flow.flow_id, 0))
        for flow in page.flows
    ]
    return present_list(shown, page.total, limit, offset)


def show_flow(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Show one flow with its counts."""
    return _shown(get_flow(services.library, tenant.project_id, flow_of(request)), services)


def list_flow_images(request: Request, tenant: Tenant, services: images.Services) -> Answer:
    """List a flow's images, newest first, generated and uploaded."""
    limit, offset = read_page(request)
    flow = get_flow(services.library, tenant.project_id, flow_of(request))
    wanted = KEPT.also("#flow_id = :flow_id", flow_id=flow.flow_id)
    return images.page_of_images(tenant, services, wanted, limit=limit, offset=offset)


def set_flow_aliases(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Merge names into a flow's."""
    named = read_object(request).get("aliases")
    if not isinstance(named, Mapping):
        raise InvalidInput("aliases must be an object of names and image ids.", field="aliases")
    aliases = {read_alias(alias, "aliases"): _image_id(value) for alias, value in named.items()}
    flow = name_in_flow(services.library, tenant.project_id, flow_of(request), aliases, services.now_ms())
    return _shown(flow, services)


def remove_flow_alias(request: Request, tenant: Tenant, services: Services) -> Answer:
    """Take one name out of a flow."""
    alias = request.path_params.get("alias", "")
    if not is_well_formed(alias):
        raise AliasNotFound
    flow = unname_in_flow(services.library, tenant.project_id, flow_of(request), alias, services.now_ms())
    return _shown(flow, services)


def delete_flow(request: Request, tenant: Tenant, services: ServicesWithFiles) -> Answer:
    """Delete a flow for good; its records stay, or with ``?cascade=true`` go."""
    flow_id, cascade = flow_of(request), read_flag(request, "cascade")
    end_flow(
        services.library,
        services.outputs,
        project_id=tenant.project_id,
        flow_id=flow_id,
        cascade=cascade,
        now_ms=services.now_ms(),
    )
    return Answer({"id": flow_id})


def flow_of(request: Request) -> str:
    """Return the flow's id from the path.

    Raises:
        FlowNotFound: no flow can have such an id.
    """
    return path_id(request, "id", FlowNotFound)


def _shown(flow: Flow, services: Services) -> Answer:
    generations, pictures = counts(services.library, flow.project_id, flow.flow_id)
    return Answer(present_flow(flow, generations=generations, images=pictures))


def _image_id(value: object) -> str:
    try:
        return read_id(value, "aliases")
    except InvalidInput as error:
        raise ImageNotFound from error
