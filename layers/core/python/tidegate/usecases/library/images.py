"""Images of a library: found, described, deleted and brought back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.adapters.dynamodb.transaction import ConditionsFailed
from tidegate.adapters.s3 import OutputStore
from tidegate.domain.errors import ServiceUnavailable
from tidegate.domain.library.aliases import is_alias
from tidegate.domain.library.errors import ImageNotFound
from tidegate.domain.library.records import Flow, Image
from tidegate.usecases.library.aliases import resolve

PURGE_AFTER_DAYS: Final = 30  # contracts: Banatie §10, R7
PURGE_AFTER_MS: Final = PURGE_AFTER_DAYS * 24 * 3600 * 1000
_TRIES: Final = 5


class Log(Protocol):
    """Where a file is told of that could not be deleted."""

    def __call__(self, message: object, /, *, extra: Mapping[str, object]) -> None:
        """Write a line."""


def find(
    library: LibraryTable,
    project_id: str,
    identifier: str,
    *,
    flow_id: str | None = None,
    deleted: bool = False,
) -> Image:
    """Return an image by its id or by an alias.

    Raises:
        FlowNotFound: there is no such flow to look in.
        ImageNotFound: there is none, or it is deleted and that was not asked for.
    """
    if is_alias(identifier):
        return resolve(library, project_id, identifier, flow_id).image
    image = library.images.get(project_id, identifier)
    if image is None or (image.deleted_at_ms is not None and not deleted):
        raise ImageNotFound
    return image


def describe(library: LibraryTable, image: Image, sets: Mapping[str, object], now_ms: int) -> Image:
    """Set attributes such as the focal point; returns the image as it is then.

    Raises:
        ImageNotFound: it went meanwhile.
    """
    if sets:
        action = library.images.change(image.project_id, image.image_id, {**sets, "updated_at_ms": now_ms})
        if not library.rows.run(action):
            raise ImageNotFound
    return find(library, image.project_id, image.image_id)


def hide(library: LibraryTable, image: Image, now_ms: int) -> Image:
    """Delete an image so that it can come back for 30 days. Its names are free at once.

    Raises:
        ImageNotFound: it went meanwhile.
        ServiceUnavailable: others kept changing it.
    """
    for _ in range(_TRIES):
        try:
            library.write(hiding(library, image, now_ms))
        except ConditionsFailed:
            image = find(library, image.project_id, image.image_id)
            continue
        unname(library, image, now_ms)
        return replace(image, deleted_at_ms=now_ms, alias=None, freed_alias=image.alias)
    raise ServiceUnavailable("The image is being changed by others. Nothing was deleted; try again.")


def hiding(library: LibraryTable, image: Image, now_ms: int) -> list[Item]:
    """Return the actions of deleting an image softly, if it is called as ``image`` says."""
    hidden = library.images.hide(image, now_ms, purge_day(now_ms + PURGE_AFTER_MS))
    return [hidden, *_freeing(library, image)]


def destroying(library: LibraryTable, image: Image) -> list[Item]:
    """Return the actions of deleting an image for good, if it is as ``image`` says; its file stays."""
    return [library.images.delete(image), *_freeing(library, image)]


def destroy(
    library: LibraryTable,
    outputs: OutputStore,
    image: Image,
    *,
    now_ms: int,
    log: Log | None = None,
    only_if: Callable[[Image], bool] = lambda _: True,
) -> bool:
    """Delete an image for good, its file too; False for one that is gone already, or is to stay.

    A file that the store does not delete is left behind, and told of: the record goes all the same.
    ``only_if`` says whether an image is to go, of what it is when it goes.

    Raises:
        ServiceUnavailable: others kept changing it.
    """
    current: Image | None = image
    for _ in range(_TRIES):
        if current is None or not only_if(current):
            return False
        try:
            library.write(destroying(library, current))
        except ConditionsFailed:
            current = library.images.get(image.project_id, image.image_id)
            continue
        drop_files(outputs, current.files, log)  # first: a name may stay, it leads nowhere
        unname(library, image, now_ms)
        return True
    raise ServiceUnavailable("The image is being changed by others. Nothing was deleted; try again.")


def restore(library: LibraryTable, image: Image, now_ms: int) -> Image:
    """Bring a deleted image back, under its name if nobody took that meanwhile.

    Raises:
        ImageNotFound: it is gone for good.
    """
    if image.deleted_at_ms is None:
        return image
    for alias in dict.fromkeys((image.freed_alias, None)):
        actions = [library.images.restore(image, alias, now_ms)]
        if alias is not None:
            actions.append(library.aliases.claim(image.project_id, alias, image.image_id))
        try:
            library.write(actions)
        except ConditionsFailed:
            continue
        break
    return find(library, image.project_id, image.image_id)


def unname(library: LibraryTable, image: Image, now_ms: int) -> None:
    """Take an image's names away in every flow."""
    for flow in library.flows.named(image.project_id):
        _unname_in(library, flow, image.image_id, now_ms)


def _freeing(library: LibraryTable, image: Image) -> list[Item]:
    if image.alias is None:
        return []
    return [library.aliases.free(image.project_id, image.alias, image.image_id)]


def _unname_in(library: LibraryTable, flow: Flow, image_id: str, now_ms: int) -> None:
    current: Flow | None = flow
    for _ in range(_TRIES):
        if current is None:
            return
        names = [name for name, named in current.aliases.items() if named == image_id]
        if not names or library.flows.unname(current, names, now_ms):
            return
        current = library.flows.get(flow.project_id, flow.flow_id)


def drop_files(outputs: OutputStore, files: Sequence[str], log: Log | None = None) -> None:
    """Delete files that no record names any more."""
    try:
        outputs.delete(files)
    except (BotoCoreError, ClientError):
        if log is not None:
            log("files without a record are left behind", extra={"files": list(files)})


def purge_day(at_ms: int) -> str:
    """Return the day (UTC) of an instant, as the index of what is to be purged has it."""
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d}"
