"""Copy what a provider made into our own bucket, at once: provider URLs live for minutes to days."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from tidegate.adapters.http import (
    BodyTooLarge,
    ConnectFailed,
    HttpClient,
    ResponseLost,
    UnexpectedStatus,
    UnsafeUrl,
)
from tidegate.adapters.s3 import OutputStore
from tidegate.domain.attempt import Failure, FailureClass, FailureCode, MediaFile
from tidegate.domain.generation import MediaType, Output
from tidegate.domain.media import Media, sniff

_IN_MEMORY_BYTES: Final = 8_388_608  # a larger file goes to /tmp
_MAYBE_LATER: Final = frozenset({408, 425, 429, *range(500, 600)})


class UnusableOutput(Exception):
    """The provider's files are not what was asked for. Asking again does not help: fail over."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.failure = Failure(FailureClass.FAIL_OVER, FailureCode.INVALID_RESPONSE, message)


class OutputUnreachable(Exception):
    """The files could not be fetched just now. Ask again before the provider drops them."""


@dataclass(frozen=True, slots=True)
class OutputLimits:
    """What one generation may bring in. Lambda's /tmp holds 512 MB, one file at a time."""

    max_files: int = 16
    max_bytes: int = 419_430_400  # each


def store_outputs(
    files: Sequence[MediaFile],
    *,
    folder: str,
    media_type: MediaType,
    http: HttpClient,
    store: OutputStore,
    limits: OutputLimits = OutputLimits(),
    deadline_s: float = 60.0,
) -> tuple[Output, ...]:
    """Fetch, check and store every file, in order.

    A file that was stored before a later one failed stays: nobody learns its name, and the bucket's
    lifecycle removes it.

    Args:
        files: what the provider named or sent.
        folder: the first part of every key.
        media_type: what the bytes must be.
        http: with the guard, as the URLs are the provider's word.
        store: where they go, and where a provider may have put them.
        limits: number and size.
        deadline_s: wall-clock seconds for all the downloads together.

    Raises:
        UnusableOutput: no files or too many, too large, gone, unsafe to fetch, or not such media.
        OutputUnreachable: transport trouble; calling again may succeed.
    """
    if not 0 < len(files) <= limits.max_files:
        raise UnusableOutput(f"the provider returned {len(files)} files")
    end = time.monotonic() + deadline_s
    outputs = []
    for number, file in enumerate(files):
        with _room_for(file) as kept:
            size = _fetch(file, kept, http, store, limits.max_bytes, end - time.monotonic())
            media = _recognise(kept, media_type)
            key = f"{folder}/{number}.{media.extension}"
            store.put(key, kept, media.content_type, size)
        outputs.append(Output(key, media.content_type, size, media.width, media.height, media.duration_ms))
    return tuple(outputs)


def _room_for(file: MediaFile) -> IO[bytes]:
    """Return where a file is kept; bytes that are here already are not copied."""
    if file.data is not None:
        return BytesIO(file.data)
    return SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)


def _fetch(  # noqa: PLR0917
    file: MediaFile, into: IO[bytes], http: HttpClient, store: OutputStore, max_bytes: int, left_s: float
) -> int:
    if file.data is not None:
        if len(file.data) > max_bytes:
            raise UnusableOutput("the provider's file is too large")
        return len(file.data)
    try:
        if file.key is not None:
            return store.read(file.key, into, max_bytes)
        return http.download(
            file.url or "", into, max_bytes=max_bytes, deadline_s=left_s, headers=file.headers
        ).size_bytes
    except BodyTooLarge as error:
        raise UnusableOutput("the provider's file is too large") from error
    except UnsafeUrl as error:
        raise UnusableOutput(f"the provider's file may not be fetched: {error}") from error
    except UnexpectedStatus as error:
        if error.status in _MAYBE_LATER:
            raise OutputUnreachable(str(error)) from error
        raise UnusableOutput(f"the provider's file is gone ({error.status})") from error
    except (ConnectFailed, ResponseLost) as error:
        raise OutputUnreachable(str(error)) from error


def _recognise(file: IO[bytes], media_type: MediaType) -> Media:
    media = sniff(file)
    if media is None:
        raise UnusableOutput("the provider's file is no image or video that we know")
    if media.media_type is not media_type:
        raise UnusableOutput(f"the provider returned {media.content_type} for a {media_type}")
    return media
