"""Records of generations: found, moved between flows, and deleted."""

from __future__ import annotations

from contextlib import suppress

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.adapters.dynamodb.transaction import ConditionsFailed
from tidegate.adapters.s3 import OutputStore
from tidegate.domain.library.errors import FlowNotFound, ImageNotFound, LibraryGenerationNotFound
from tidegate.domain.library.records import Image, LibraryGeneration
from tidegate.usecases.library.images import PURGE_AFTER_MS, destroy, hide


def get_generation(
    library: LibraryTable, project_id: str, generation_id: str, *, deleted: bool = False
) -> LibraryGeneration:
    """Return a record.

    Raises:
        LibraryGenerationNotFound: there is none, or it is deleted and that was not asked for.
    """
    record = library.generations.get(project_id, generation_id)
    if record is None or (record.deleted_at_ms is not None and not deleted):
        raise LibraryGenerationNotFound
    return record


def edit(
    library: LibraryTable,
    record: LibraryGeneration,
    *,
    meta: str | None = None,
    moves: bool = False,
    flow_id: str | None = None,
    now_ms: int,
) -> LibraryGeneration:
    """Change what does not change the picture: its meta, and the flow that it and its image are in.

    Raises:
        FlowNotFound: it is to move to a flow that is not there.
        LibraryGenerationNotFound: it went meanwhile.
    """
    project_id = record.project_id
    sets: dict[str, object] = {"updated_at_ms": now_ms}
    if meta is not None:
        sets["meta"] = meta
    if moves:
        sets["flow_id"] = flow_id
    actions: list[Item] = [library.generations.change(project_id, record.generation_id, sets)]
    if moves and flow_id is not None:
        actions.append(library.flows.touch(project_id, flow_id, now_ms))
    try:
        library.write(actions)
    except ConditionsFailed as error:
        raise (LibraryGenerationNotFound if error.failed[0] else FlowNotFound) from error
    if moves:
        library.rows.run(library.images.move(project_id, record.image_id, {"flow_id": flow_id}))
    return get_generation(library, project_id, record.generation_id)


def hide_generation(library: LibraryTable, record: LibraryGeneration, now_ms: int) -> None:
    """Delete a record and its image softly. A run that is under way goes on, and its picture is hidden."""
    image = output_of(library, record)
    if image is not None and image.deleted_at_ms is None:
        with suppress(ImageNotFound):  # somebody else did
            hide(library, image, now_ms)
    ttl = (now_ms + PURGE_AFTER_MS) // 1000
    sets = {"deleted_at_ms": now_ms, "updated_at_ms": now_ms, "ttl": ttl}
    library.rows.run(library.generations.change(record.project_id, record.generation_id, sets))
    _free_claim(library, record)


def destroy_generation(
    library: LibraryTable, outputs: OutputStore, record: LibraryGeneration, now_ms: int
) -> None:
    """Delete a record for good, and its image if nothing else calls for it: one with an alias stays."""
    library.rows.run(library.generations.delete(record.project_id, record.generation_id))
    _free_claim(library, record)
    image = output_of(library, record)
    if image is None:
        return
    if image.alias is None:
        destroy(library, outputs, image, now_ms=now_ms)
        return
    detached = library.images.move(record.project_id, image.image_id, {"generation_id": None})
    library.rows.run(detached)


def output_of(library: LibraryTable, record: LibraryGeneration) -> Image | None:
    """Return the image of a record, a deleted one too."""
    if record.output_image_id is None:
        return None
    return library.images.get(record.project_id, record.output_image_id)


def _free_claim(library: LibraryTable, record: LibraryGeneration) -> None:
    """Give up the alias of an image that there is not."""
    if record.alias is not None and output_of(library, record) is None:
        library.rows.run(library.aliases.free(record.project_id, record.alias, record.image_id))
