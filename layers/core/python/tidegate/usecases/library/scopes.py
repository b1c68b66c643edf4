"""Scopes of public live URLs: set up, changed, made anew and deleted by their owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.adapters.dynamodb.transaction import ConditionsFailed
from tidegate.domain.errors import ServiceUnavailable, TidegateError
from tidegate.domain.library.errors import LibraryGenerationNotFound
from tidegate.domain.library.live import LiveEntry, LiveScope
from tidegate.domain.library.live_errors import ImageNotInScope, ScopeNotFound, ScopeTaken
from tidegate.domain.library.records import Image, LibraryGeneration
from tidegate.usecases.library import runs
from tidegate.usecases.library.conclude import Desk, look, wait
from tidegate.usecases.library.generations import destroy_generation
from tidegate.usecases.library.reruns import run_again

if TYPE_CHECKING:
    from tidegate.adapters.s3 import OutputStore


def create_scope(library: LibraryTable, scope: LiveScope) -> None:
    """Set up a scope.

    Raises:
        ScopeTaken: there is one of its name.
    """
    try:
        library.write([library.scopes.insert(scope)])
    except ConditionsFailed as error:
        raise ScopeTaken from error


def get_scope(library: LibraryTable, project_id: str, slug: str) -> LiveScope:
    """Return a scope.

    Raises:
        ScopeNotFound: there is none.
    """
    scope = library.scopes.get(project_id, slug)
    if scope is None:
        raise ScopeNotFound
    return scope


def change_scope(
    library: LibraryTable, project_id: str, slug: str, sets: Mapping[str, object], now_ms: int
) -> LiveScope:
    """Change what is to hold from now on.

    Raises:
        ScopeNotFound: there is none.
    """
    scope = library.scopes.change(project_id, slug, {**sets, "updated_at_ms": now_ms})
    if scope is None:
        raise ScopeNotFound
    return scope


def images_of(library: LibraryTable, project_id: str, slug: str) -> list[Image]:
    """Return the images that the URLs of a scope show, newest first."""
    ids = [entry.image_id for entry in library.live.each(project_id, slug) if entry.image_id]
    found = library.images.some(project_id, ids).values()
    kept = [image for image in found if image.deleted_at_ms is None]
    return sorted(kept, key=lambda image: image.image_id, reverse=True)


@dataclass(frozen=True, slots=True)
class Again:
    """What came of making images anew."""

    begun: int
    images: Sequence[Image]


def regenerate_scope(
    services: runs.Services,
    desk: Desk,
    payer: runs.Payer,
    slug: str,
    records: Sequence[LibraryGeneration],
    *,
    until_ms: int,
    pause: Callable[[float], None],
) -> Again:
    """Begin another run of each record, and wait for them until the time is up: same ids, same URLs.

    Where the wallet refuses one, those before it are under way: the answer says how many. One that is deleted
    meanwhile is left out.

    Raises:
        TidegateError: the first was refused; nothing was held.
    """
    running: list[LibraryGeneration] = []
    for record in records:
        try:
            running.append(run_again(services, payer, look(desk, record)))
        except LibraryGenerationNotFound:  # it was deleted just now
            continue
        except TidegateError:
            if not running:
                raise
            break
    for record in running:
        wait(desk, record, until_ms, pause)
    if not records:
        return Again(0, ())
    project_id, ids = records[0].project_id, {record.image_id for record in running}
    images = [image for image in images_of(services.library, project_id, slug) if image.image_id in ids]
    return Again(len(running), images)


def records_of(
    library: LibraryTable, project_id: str, slug: str, image_id: str | None
) -> list[LibraryGeneration]:
    """Return the records behind a scope's images, or behind one of them, less those that were deleted.

    Raises:
        ImageNotInScope: the image is none of this scope.
    """
    found = [
        record
        for entry, record in _followed(library, project_id, slug)
        if record is not None and record.deleted_at_ms is None and image_id in {None, entry.image_id}
    ]
    if image_id is not None and not found:
        raise ImageNotInScope("The image is not in this scope.", field="imageId")
    return found


def delete_scope(
    library: LibraryTable,
    outputs: OutputStore,
    project_id: str,
    slug: str,
    *,
    clock: Callable[[], int],
    until_ms: int,
) -> None:
    """Delete a scope for good, with its records and images; images with an alias stay.

    It is full from the beginning, so that nothing joins it meanwhile.

    Raises:
        ScopeNotFound: there is none.
        ServiceUnavailable: the time was up; the next call goes on.
    """
    change_scope(library, project_id, slug, {"limit": 0}, clock())
    for entry, record in _followed(library, project_id, slug):
        if clock() >= until_ms:
            raise ServiceUnavailable("Not everything is deleted yet. Delete the scope again.")
        if record is not None:
            destroy_generation(library, outputs, record, clock())
        library.rows.run(library.live.drop(entry))
    library.scopes.delete(project_id, slug)


def _followed(
    library: LibraryTable, project_id: str, slug: str
) -> Iterator[tuple[LiveEntry, LibraryGeneration | None]]:
    """Entries that name a generation, with its record if that is still there."""
    for entry in library.live.each(project_id, slug):
        if entry.generation_id is not None:
            record = library.generations.get(project_id, entry.generation_id)
            yield entry, record
