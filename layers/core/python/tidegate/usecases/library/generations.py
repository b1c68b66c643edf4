"""Records of generations: found, moved between flows, and deleted."""

from __future__ import annotations

from typing import Final

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.adapters.dynamodb.transaction import ConditionsFailed
from tidegate.adapters.s3 import OutputStore
from tidegate.domain.errors import ServiceUnavailable
from tidegate.domain.library.errors import FlowNotFound, LibraryGenerationNotFound
from tidegate.domain.library.records import Image, LibraryGeneration
from tidegate.usecases.library.images import PURGE_AFTER_MS, destroying, drop_files, hiding, unname

_TRIES: Final = 5
_BUSY: Final = "The generation is being changed by others. Nothing was changed; try again."


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
        ServiceUnavailable: others kept changing it.
    """
    sets: dict[str, object] = {"updated_at_ms": now_ms}
    if meta is not None:
        sets["meta"] = meta
    if moves:
        sets["flow_id"] = flow_id
    for _ in range(_TRIES):
        actions = [library.generations.edit(record, sets)]
        if moves and flow_id is not None:
            actions.append(library.flows.touch(record.project_id, flow_id, now_ms))
        if moves and (image := output_of(library, record)) is not None:
            actions.append(library.images.move(image.project_id, image.image_id, {"flow_id": flow_id}))
        try:
            library.write(actions)
        except ConditionsFailed as error:
            if moves and flow_id is not None and error.failed[1]:
                raise FlowNotFound from error
        else:
            return get_generation(library, record.project_id, record.generation_id)
        record = get_generation(library, record.project_id, record.generation_id)
    raise ServiceUnavailable(_BUSY)


def hide_generation(library: LibraryTable, record: LibraryGeneration, now_ms: int) -> None:
    """Delete a record and its image softly, in one transaction. What a run makes later is hidden at once.

    Raises:
        LibraryGenerationNotFound: it went meanwhile.
        ServiceUnavailable: others kept changing it; nothing was deleted.
    """
    ttl = (now_ms + PURGE_AFTER_MS) // 1000
    sets = {"deleted_at_ms": now_ms, "updated_at_ms": now_ms, "ttl": ttl}
    for _ in range(_TRIES):
        image = output_of(library, record)
        if image is not None and image.deleted_at_ms is not None:
            image = None
        with_it = hiding(library, image, now_ms) if image else _unclaiming(library, record)
        try:
            library.write([library.generations.edit(record, sets), *with_it])
        except ConditionsFailed:
            record = get_generation(library, record.project_id, record.generation_id)
            continue
        if image is not None:
            unname(library, image, now_ms)
        return
    raise ServiceUnavailable(_BUSY)


def destroy_generation(
    library: LibraryTable,
    outputs: OutputStore,
    record: LibraryGeneration,
    now_ms: int,
    *,
    only_in: str | None = None,
) -> None:
    """Delete a record for good, and its image if nothing else calls for it: one with an alias stays.

    With ``only_in``, one that is not in that flow any more stays, too.

    Raises:
        ServiceUnavailable: others kept changing it; nothing was deleted.
    """
    current: LibraryGeneration | None = record
    for _ in range(_TRIES):
        if current is None or only_in not in {None, current.flow_id}:
            return
        image = output_of(library, current)
        goes = image is not None and image.alias is None
        try:
            library.write([library.generations.delete(current), *_leaving(library, current, image)])
        except ConditionsFailed:
            current = library.generations.get(record.project_id, record.generation_id)
            continue
        if image is not None and goes:
            drop_files(outputs, image.files)  # first: a name may stay, it leads nowhere
            unname(library, image, now_ms)
        return
    raise ServiceUnavailable(_BUSY)


def output_of(library: LibraryTable, record: LibraryGeneration) -> Image | None:
    """Return the image of a record, a deleted one too."""
    if record.output_image_id is None:
        return None
    return library.images.get(record.project_id, record.output_image_id)


def _leaving(library: LibraryTable, record: LibraryGeneration, image: Image | None) -> list[Item]:
    """Return what happens to a record's image, or to its claim to a name, when the record goes for good."""
    if image is None:
        return _unclaiming(library, record)
    if image.alias is None:
        return destroying(library, image)
    return [library.images.detach(image)]


def _unclaiming(library: LibraryTable, record: LibraryGeneration) -> list[Item]:
    """Return the action of giving up the alias of an image that there is not yet."""
    if record.alias is None or record.output_image_id is not None:
        return []
    if library.aliases.holder(record.project_id, record.alias) != record.image_id:
        return []
    return [library.aliases.free(record.project_id, record.alias, record.image_id)]
