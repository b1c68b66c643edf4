"""What a file is, read from its own bytes: names and declared types are never trusted.

Only the few formats that providers produce are known; a page of HTML, an SVG or anything else is not media.
Every parser reads a bounded number of bytes and believes no length without checking it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Final

from tidegate.domain import mp4
from tidegate.domain.generation import MediaType

_HEAD_BYTES: Final = 64
_JPEG_SEGMENTS: Final = 256  # metadata before the frame header; a profile of 4 MB takes 64
_JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # ITU T.81 table B.1: SOF0 to SOF15
_JPEG_BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a segment


@dataclass(frozen=True, slots=True)
class Media:
    """What was found. Sizes are pixels; None where the format does not tell cheaply."""

    media_type: MediaType
    content_type: str
    extension: str  # without the dot
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None


def sniff(file: IO[bytes]) -> Media | None:
    """Recognise PNG, JPEG, WebP, GIF, MP4 and WebM by content; None for anything else or a broken header.

    The file must be seekable; it is left at an arbitrary position.
    """
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    for recognise in (_png, _jpeg, _webp, _gif, _mp4, _webm):
        if media := recognise(file, head):
            return media
    return None


def _png(_: IO[bytes], head: bytes) -> Media | None:
    if not head.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"):
        return None
    return _image("png", "png", int.from_bytes(head[16:20]), int.from_bytes(head[20:24]))


def _gif(_: IO[bytes], head: bytes) -> Media | None:
    if not head.startswith((b"GIF87a", b"GIF89a")):
        return None
    return _image("gif", "gif", int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little"))


def _jpeg(file: IO[bytes], head: bytes) -> Media | None:
    if not head.startswith(b"\xff\xd8\xff"):
        return None
    position = 2
    for _ in range(_JPEG_SEGMENTS):
        file.seek(position)
        segment = file.read(9)
        if len(segment) < len(b"\xff\xc0LLPHHWW") or segment[0] != 0xFF:  # noqa: PLR2004  ITU T.81 B.1.1.2
            return None
        marker = segment[1]
        if marker in _JPEG_FRAMES:
            return _image("jpeg", "jpg", int.from_bytes(segment[7:9]), int.from_bytes(segment[5:7]))
        position += _jpeg_step(marker, int.from_bytes(segment[2:4]))
    return None


def _jpeg_step(marker: int, length: int) -> int:
    if marker == 0xFF:  # noqa: PLR2004  a fill byte before a marker
        return 1
    return 2 if marker in _JPEG_BARE else 2 + length


def _webp(_: IO[bytes], head: bytes) -> Media | None:
    if not (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return None
    size_of: dict[bytes, Callable[[bytes], tuple[int, int]]] = {
        b"VP8 ": _vp8_size,
        b"VP8L": _vp8l_size,
        b"VP8X": _vp8x_size,
    }
    chunk = size_of.get(head[12:16])
    return _image("webp", "webp", *chunk(head)) if chunk else None


def _vp8_size(head: bytes) -> tuple[int, int]:  # RFC 6386 §9.1: 14 bits each after the start code
    if head[23:26] != b"\x9d\x01\x2a":
        return 0, 0
    return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF


def _vp8l_size(head: bytes) -> tuple[int, int]:  # RFC 9649 §3.4: 14 bits each, less one, after 0x2f
    if head[20:21] != b"\x2f":
        return 0, 0
    bits = int.from_bytes(head[21:25], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _vp8x_size(head: bytes) -> tuple[int, int]:  # RFC 9649 §2.7: 24 bits each, less one
    if len(head) < 30:  # noqa: PLR2004  where the extended header ends
        return 0, 0
    return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1


def _mp4(file: IO[bytes], head: bytes) -> Media | None:
    if not mp4.is_video(head):
        return None
    movie = mp4.read_movie(file)
    if movie is None:
        return None
    return Media(MediaType.VIDEO, "video/mp4", "mp4", movie.width, movie.height, movie.duration_ms)


def _webm(_: IO[bytes], head: bytes) -> Media | None:
    # EBML header (RFC 8794 §8.1) whose DocType (0x4282) is webm; Matroska's own type is not for browsers.
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"\x42\x82\x84webm" in head:
        return Media(MediaType.VIDEO, "video/webm", "webm")
    return None


def _image(subtype: str, extension: str, width: int, height: int) -> Media | None:
    if width < 1 or height < 1:
        return None
    return Media(MediaType.IMAGE, f"image/{subtype}", extension, width, height)
