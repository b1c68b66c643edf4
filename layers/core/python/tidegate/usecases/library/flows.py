"""Flows: begun, joined, named in, and ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.library import flows as flow_rows
from tidegate.adapters.dynamodb.library import generations as generation_rows
from tidegate.adapters.dynamodb.library import images as image_rows
from tidegate.adapters.dynamodb.library.rows import Filter
from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.adapters.dynamodb.transaction import ConditionsFailed
from tidegate.adapters.s3 import OutputStore
from tidegate.domain.errors import InvalidInput, ServiceUnavailable, TidegateError
from tidegate.domain.generation import new_id
from tidegate.domain.library.errors import AliasNotFound, FlowNotFound, ImageNotFound
from tidegate.domain.library.records import Flow
from tidegate.usecases.library.generations import destroy_generation
from tidegate.usecases.library.images import destroy

MAX_NAMES: Final = 50  # in one request: a transaction holds 100 actions, one for each image
MAX_NAMES_IN_ALL: Final = flow_rows.MAX_NAMES
_TRIES: Final = 5


def begin(library: LibraryTable, project_id: str, meta: str, now_ms: int) -> Flow:
    """Start a flow that can be seen at once."""
    flow = new_flow(project_id, now_ms, meta=meta)
    library.write([library.flows.insert(flow)])
    return flow


def new_flow(project_id: str, now_ms: int, *, meta: str = "{}") -> Flow:
    """Return a flow with a fresh id."""
    return Flow(project_id, new_id(now_ms), now_ms, now_ms, meta=meta)


def join(
    library: LibraryTable,
    project_id: str,
    flow_id: str | None,
    now_ms: int,
    *,
    seen: bool = False,
    names: Mapping[str, str] | None = None,
) -> tuple[str, Item]:
    """Return the flow that something new belongs to, and the action that lets it join.

    Args:
        library: the tables.
        project_id: whose flow.
        flow_id: None starts a flow, which stays unseen until something else joins it.
        now_ms: the time.
        seen: whether a new flow can be seen at once; one with names can.
        names: what to call images in the flow.
    """
    if flow_id is None:
        pending = not (seen or names)
        flow = replace(new_flow(project_id, now_ms), aliases=names or {}, pending=pending)
        return flow.flow_id, library.flows.insert(flow)
    if names:
        return flow_id, library.flows.name(project_id, flow_id, names, now_ms)
    return flow_id, library.flows.touch(project_id, flow_id, now_ms)


def get_flow(library: LibraryTable, project_id: str, flow_id: str) -> Flow:
    """Return a flow that can be seen.

    Raises:
        FlowNotFound: there is none.
    """
    flow = library.flows.get(project_id, flow_id)
    if flow is None or flow.pending or flow.ending:
        raise FlowNotFound
    return flow


def name_in_flow(
    library: LibraryTable, project_id: str, flow_id: str, aliases: Mapping[str, str], now_ms: int
) -> Flow:
    """Merge names into a flow's, if every one of them stands for an image.

    Raises:
        InvalidInput: too many at once, or in all.
        ImageNotFound: one of the images is not there, or deleted.
        FlowNotFound: the flow is not there.
    """
    if len(aliases) > MAX_NAMES:
        raise InvalidInput(f"At most {MAX_NAMES} aliases can be set at once.", field="aliases")
    if aliases:
        checks = [library.images.check(project_id, image_id) for image_id in dict.fromkeys(aliases.values())]
        try:
            library.write([library.flows.name(project_id, flow_id, aliases, now_ms), *checks])
        except ConditionsFailed as error:
            why = why_not_named(library, project_id, flow_id) if error.failed[0] else ImageNotFound()
            raise why from error
    return get_flow(library, project_id, flow_id)


def why_not_named(library: LibraryTable, project_id: str, flow_id: str) -> TidegateError:
    """Say why a flow took no names: it is not there, or it has as many as it may."""
    flow = library.flows.get(project_id, flow_id)
    if flow is None or flow.ending:
        return FlowNotFound()
    told = f"A flow can have at most {MAX_NAMES_IN_ALL} aliases: take one away first."
    return InvalidInput(told, field="flowAlias", limit=MAX_NAMES_IN_ALL)


def unname_in_flow(library: LibraryTable, project_id: str, flow_id: str, alias: str, now_ms: int) -> Flow:
    """Take one name out of a flow.

    Raises:
        FlowNotFound: there is no such flow.
        AliasNotFound: it has no such name.
        ServiceUnavailable: others kept changing it.
    """
    for tried in range(_TRIES):
        flow = get_flow(library, project_id, flow_id)
        if alias not in flow.aliases and tried:
            return flow  # it was there: our own write, its answer lost, or a twin's took it away
        if alias not in flow.aliases:
            raise AliasNotFound
        if library.flows.unname(flow, [alias], now_ms):
            return get_flow(library, project_id, flow_id)
    raise ServiceUnavailable("The flow is being changed by others. Nothing was changed; try again.")


def end_flow(
    library: LibraryTable, outputs: OutputStore, *, project_id: str, flow_id: str, cascade: bool, now_ms: int
) -> None:
    """Delete a flow for good. Its records stay, outside of any flow; with ``cascade`` they go, too.

    An image with a project alias stays in any case, and so does what moves to another flow meanwhile. May be
    run again where an earlier run stopped: until the last of the records is done, the flow is only hidden.

    Raises:
        FlowNotFound: there is no such flow.
    """
    flow = library.flows.get(project_id, flow_id)
    if flow is None or flow.pending:
        raise FlowNotFound
    library.flows.begin_end(project_id, flow_id)
    within = Filter().also("#flow_id = :flow_id", flow_id=flow_id)
    for generation in library.generations.each(project_id, within):
        if cascade:
            destroy_generation(library, outputs, generation, now_ms, only_in=flow_id)
        else:
            library.generations.leave(project_id, generation.generation_id, flow_id)
    for image in library.images.each(project_id, within):
        gone = cascade and destroy(
            library,
            outputs,
            image,
            now_ms=now_ms,
            only_if=lambda image: image.flow_id == flow_id and image.alias is None,
        )
        if not gone:
            library.images.leave(project_id, image.image_id, flow_id)
    library.flows.delete(project_id, flow_id)


def counts(library: LibraryTable, project_id: str, flow_id: str) -> tuple[int, int]:
    """How many generations and images of a flow are kept."""
    generations = library.generations.count_by_flow(
        project_id, generation_rows.KEPT.also("#flow_id = :flow_id", flow_id=flow_id)
    )
    images = library.images.count_by_flow(
        project_id, image_rows.KEPT.also("#flow_id = :flow_id", flow_id=flow_id)
    )
    return generations[flow_id], images[flow_id]
