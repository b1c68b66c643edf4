"""The few facts of an MP4 file that its movie header tells (ISO/IEC 14496-12): size and duration."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

_MAX_BOXES: Final = 512  # per level; a fragmented film has some hundred at the top
_MAX_TRACKS: Final = 16
_MAX_EDGE: Final = 65_535
_MAX_DURATION_MS: Final = 86_400_000
_SMALL_BOX: Final = 8
_LARGE_BOX: Final = 16
_BRANDS: Final = frozenset(
    {b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"}
)


@dataclass(frozen=True, slots=True)
class Movie:
    """What the movie header says. None: it does not say, or says nonsense."""

    width: int | None
    height: int | None
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class _Box:
    kind: bytes
    start: int  # of the content
    end: int  # never past the end of what holds it
    is_whole: bool


def is_video(head: bytes) -> bool:
    """Whether a file begins as an MP4 film: AVIF and HEIC pictures share the container, not the brands."""
    if head[4:8] != b"ftyp":
        return False
    length = min(int.from_bytes(head[:4]), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length - 3, 4))]
    return any(brand in _BRANDS for brand in brands)


def read_movie(file: IO[bytes]) -> Movie | None:
    """Read the movie header, wherever it lies; None when there is none or the file is cut short."""
    end = file.seek(0, 2)
    top = list(_boxes(file, 0, end))
    moov = next((box for box in top if box.kind == b"moov"), None)
    if moov is None or not all(box.is_whole for box in top):
        return None
    inside = list(_boxes(file, moov.start, moov.end))
    tracks = [box for box in inside if box.kind == b"trak"][:_MAX_TRACKS]
    sizes = [size for track in tracks if (size := _track_size(file, track))]
    width, height = max(sizes, key=math.prod) if sizes else (None, None)
    return Movie(width, height, _duration_ms(file, inside))


def _boxes(file: IO[bytes], start: int, end: int) -> Iterator[_Box]:
    for _ in range(_MAX_BOXES):
        if start + _SMALL_BOX > end:
            return
        file.seek(start)
        head = file.read(_LARGE_BOX)
        size, kind, header = int.from_bytes(head[:4]), head[4:8], _SMALL_BOX
        if size == 1:
            size, header = int.from_bytes(head[8:16]), _LARGE_BOX
        elif size == 0:  # up to the end of the file
            size = end - start
        if size < header:
            return
        yield _Box(kind, start + header, min(start + size, end), is_whole=start + size <= end)
        start += size


def _duration_ms(file: IO[bytes], boxes: list[_Box]) -> int | None:
    header = next((box for box in boxes if box.kind == b"mvhd"), None)
    if header is None:
        return None
    file.seek(header.start)
    data = file.read(32)
    if data[:1] == b"\x01":  # version 1: 64-bit times
        scale, duration = int.from_bytes(data[20:24]), int.from_bytes(data[24:32])
    else:
        scale, duration = int.from_bytes(data[12:16]), int.from_bytes(data[16:20])
    length_ms = duration * 1000 // scale if scale else 0
    return length_ms if 0 < length_ms <= _MAX_DURATION_MS else None


def _track_size(file: IO[bytes], track: _Box) -> tuple[int, int] | None:
    header = next((box for box in _boxes(file, track.start, track.end) if box.kind == b"tkhd"), None)
    if header is None:
        return None
    file.seek(max(header.start, header.end - 8))
    data = file.read(8)  # the last two fields, 16.16 fixed point
    width, height = int.from_bytes(data[:4]) >> 16, int.from_bytes(data[4:]) >> 16
    return (width, height) if 0 < width <= _MAX_EDGE and 0 < height <= _MAX_EDGE else None
