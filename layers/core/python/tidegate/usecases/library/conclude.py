"""A run of the core ended: its picture becomes the image of its record, exactly once.

Whoever looks first does it, a caller that waits or the consumer of the bus. Copying is the same for all of
them, and one conditional transaction decides whose record counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from botocore.exceptions import ClientError

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.generations import GenerationTable
from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.adapters.dynamodb.transaction import ConditionsFailed
from tidegate.adapters.s3 import OutputStore
from tidegate.domain.errors import ServiceUnavailable
from tidegate.domain.generation import Generation, Output, Status
from tidegate.domain.library.files import library_file
from tidegate.domain.library.records import Image, LibraryGeneration, Progress, Source
from tidegate.usecases.library.aliases import taking
from tidegate.usecases.library.images import PURGE_AFTER_MS, drop_files, purge_day
from tidegate.usecases.library.runs import GENERATION, PROJECT

_TRIES: Final = 6
_FIRST_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 2.0
_GONE: Final = frozenset({"NoSuchKey", "404"})
_FAILED: Final = "The generation failed. Nothing was charged."
_CANCELED: Final = "The generation was canceled. Nothing was charged."
_LOST: Final = "The result is no longer there: regenerate it."


@dataclass(frozen=True, slots=True)
class Desk:
    """What concluding works with."""

    library: LibraryTable
    generations: GenerationTable
    outputs: OutputStore
    now_ms: Callable[[], int]


def look(desk: Desk, record: LibraryGeneration) -> LibraryGeneration:
    """Return a record as its run stands now, which is concluded if it has ended."""
    if not record.status.is_open:
        return record
    run = desk.generations.get(record.account_id, record.run_id)
    return (conclude(desk, run) if run else None) or record


def wait(
    desk: Desk, record: LibraryGeneration, until_ms: int, pause: Callable[[float], None]
) -> LibraryGeneration:
    """Return a record when its run has ended, or as it stands when the time is up."""
    pause_s = _FIRST_PAUSE_S
    while (current := look(desk, record)).status.is_open and desk.now_ms() + pause_s * 1000 <= until_ms:
        pause(pause_s)
        pause_s = min(pause_s * 1.5, _LONGEST_PAUSE_S)
    return current


def conclude(desk: Desk, run: Generation) -> LibraryGeneration | None:
    """Bring the record up to its run. None if there is no record of it any more; may be done twice.

    Raises:
        ServiceUnavailable: others kept changing the same records; do it again.
    """
    record = desk.library.generations.get(str(run.note[PROJECT]), str(run.note[GENERATION]))
    if record is None or record.run_id != run.generation_id or not record.status.is_open:
        return record
    if not run.status.is_terminal:
        return _under_way(desk, record, run)
    for _ in range(_TRIES):
        ended = _succeed(desk, record, run) if run.status is Status.SUCCEEDED else _fail(desk, record, run)
        if ended is not None:
            return ended
        current = desk.library.generations.get(record.project_id, record.generation_id)
        if current is None or current.run_id != run.generation_id or not current.status.is_open:
            _drop_copy(desk, record, run)
            return current
        record = current
    raise ServiceUnavailable("The generation is being changed by others. Try again.")


def _under_way(desk: Desk, record: LibraryGeneration, run: Generation) -> LibraryGeneration:
    if run.status is not Status.PROCESSING or record.status is Progress.PROCESSING:
        return record
    now_ms = desk.now_ms()
    desk.library.generations.begin(record, run.generation_id, now_ms)
    return replace(record, status=Progress.PROCESSING, updated_at_ms=now_ms)


def _succeed(desk: Desk, record: LibraryGeneration, run: Generation) -> LibraryGeneration | None:
    """Store the picture and the records; None if something changed meanwhile."""
    output, file = run.outputs[0], _file(record, run)
    try:
        desk.outputs.copy(output.key, file)
    except ClientError as error:
        # To those who may not list, as here, S3 denies what is absent: the run says that it is.
        if error.response["Error"]["Code"] in _GONE or run.is_removed(desk.now_ms()):
            return _fail(desk, record, run, _LOST)
        raise
    done = replace(
        record,
        status=Progress.SUCCESS,
        output_image_id=record.image_id,
        processing_ms=_duration_ms(run),
        cost=run.price,
        updated_at_ms=desk.now_ms(),
    )
    before = desk.library.images.get(record.project_id, record.image_id)
    names = ("status", "output_image_id", "processing_ms", "updated_at_ms")
    sets = {**{name: getattr(done, name) for name in names}, "cost": run.price.micros}
    end = desk.library.generations.end(record, run.generation_id, sets)
    if before is None:
        return done if _first_picture(desk, done, end, _image(done, output, file)) else None
    if not _write(desk, [end, desk.library.images.refresh(before, _content(output, file, desk.now_ms()))]):
        return None
    if before.previous_file is not None:  # the one before stays: other runs may look at it just now
        drop_files(desk.outputs, [before.previous_file])
    return done


def _first_picture(desk: Desk, record: LibraryGeneration, end: Item, image: Image) -> bool:
    """Write the image under the names that it is to have, less those that were taken from it meanwhile."""
    library, project_id = desk.library, record.project_id
    purge_on = purge_day(record.deleted_at_ms + PURGE_AFTER_MS) if record.deleted_at_ms else None
    plain = [end, library.images.insert(replace(image, alias=None), purge_on)]
    if record.deleted_at_ms is not None:
        return _write(desk, plain)
    flow_names: list[Item] = []
    project_names = _project_names(desk, record)
    if record.flow_alias is not None and record.flow_id is not None:
        named = {record.flow_alias: image.image_id}
        flow_names = [library.flows.name(project_id, record.flow_id, named, desk.now_ms())]
    whole = [end, library.images.insert(image, purge_on)]
    if _write(desk, [*whole, *project_names, *flow_names]):
        return True
    if flow_names and _write(desk, [*whole, *project_names]):
        return True
    if record.takes_alias:  # it is this image's, whatever others do with it meanwhile
        return False
    return (bool(project_names) and _write(desk, [*plain, *flow_names])) or (
        bool(project_names and flow_names) and _write(desk, plain)
    )


def _project_names(desk: Desk, record: LibraryGeneration) -> list[Item]:
    library, project_id = desk.library, record.project_id
    if record.alias is None:
        return []
    if record.takes_alias:
        return taking(library, project_id, record.alias, record.image_id, desk.now_ms())
    return [library.aliases.claim(project_id, record.alias, record.image_id)]


def _fail(
    desk: Desk, record: LibraryGeneration, run: Generation, why: str | None = None
) -> LibraryGeneration | None:
    """Note the failure and give up the alias of an image that never was; None if something changed."""
    message = why or (_CANCELED if run.status is Status.CANCELED else run.error_message or _FAILED)
    failed = replace(
        record,
        status=Progress.FAILED,
        error_message=message,
        processing_ms=_duration_ms(run),
        updated_at_ms=desk.now_ms(),
    )
    names = ("status", "error_message", "processing_ms", "updated_at_ms")
    end = desk.library.generations.end(
        record, run.generation_id, {name: getattr(failed, name) for name in names}
    )
    free: list[Item] = []
    if record.alias is not None and record.output_image_id is None and not record.takes_alias:
        free = [desk.library.aliases.free(record.project_id, record.alias, record.image_id)]
    return failed if _write(desk, [end, *free]) or (free and _write(desk, [end])) else None


def _file(record: LibraryGeneration, run: Generation) -> str:
    extension = run.outputs[0].key.rpartition(".")[2]
    return library_file(record.project_id, record.image_id, run.generation_id, extension)


def _drop_copy(desk: Desk, record: LibraryGeneration, run: Generation) -> None:
    """Delete the file of a run that somebody else concluded, unless the image has it: nobody will name it."""
    if run.status is not Status.SUCCEEDED:
        return
    file, image = _file(record, run), desk.library.images.get(record.project_id, record.image_id)
    if image is None or file not in image.files:
        drop_files(desk.outputs, [file])


def _write(desk: Desk, actions: list[Item]) -> bool:
    try:
        desk.library.write(actions)
    except ConditionsFailed:
        return False
    return True


def _duration_ms(run: Generation) -> int | None:
    return None if run.completed_at_ms is None else run.completed_at_ms - run.created_at_ms


def _content(output: Output, file: str, now_ms: int) -> dict[str, object]:
    return {
        "file": file,
        "content_type": output.content_type,
        "size_bytes": output.size_bytes,
        "width": output.width or 0,
        "height": output.height or 0,
        "updated_at_ms": now_ms,
    }


def _image(record: LibraryGeneration, output: Output, file: str) -> Image:
    return Image(
        project_id=record.project_id,
        image_id=record.image_id,
        path=record.path,
        file=file,
        content_type=output.content_type,
        size_bytes=output.size_bytes,
        width=output.width or 0,
        height=output.height or 0,
        source=Source.GENERATED,
        created_at_ms=record.created_at_ms,
        updated_at_ms=record.updated_at_ms,
        flow_id=record.flow_id,
        generation_id=record.generation_id,
        alias=record.alias,
        meta=record.image_meta or "{}",
        deleted_at_ms=record.deleted_at_ms,
    )
