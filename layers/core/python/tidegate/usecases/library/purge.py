"""Images whose time in the bin is over are deleted for good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.adapters.s3 import OutputStore
from tidegate.domain.library.records import Image
from tidegate.usecases.library.images import PURGE_AFTER_MS, Log, destroy, purge_day

LOOKS_BACK_DAYS: Final = 14  # over days on which it did not run
_DAY_MS: Final = 86_400_000


def purge(
    library: LibraryTable, outputs: OutputStore, *, clock: Callable[[], int], until_ms: int, log: Log
) -> int:
    """Delete what was to be deleted on a day that is over, the oldest first; returns how many images.

    Stopped half-way, by ``until_ms`` of the clock or otherwise, the next run goes on. An image that was
    brought back meanwhile stays, though it was deleted again: the index lags behind.
    """
    purged, now_ms = 0, clock()

    def is_over(image: Image) -> bool:
        return image.deleted_at_ms is not None and image.deleted_at_ms <= now_ms - PURGE_AFTER_MS

    for days in range(LOOKS_BACK_DAYS, 0, -1):  # the oldest day is the next that is not looked at any more
        for project_id, image_id in library.images.due(purge_day(now_ms - days * _DAY_MS)):
            if clock() >= until_ms:
                return purged
            image = library.images.get(project_id, image_id)
            if image is not None:
                purged += destroy(library, outputs, image, now_ms=now_ms, log=log, only_if=is_over)
    return purged
