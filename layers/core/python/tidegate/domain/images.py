"""The image formats that callers send and providers produce: recognised by content, and measured.

Every parser reads a bounded number of bytes and believes no length without checking it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Final

from tidegate.domain.image_data import Forward, is_whole, jpeg_segments

HEAD_BYTES: Final = 64  # what the recognisers are given of the start of a file

_JPEG_SEGMENTS: Final = 256  # metadata before the frame header; a profile of 4 MB takes 64
_JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # ITU T.81 table B.1: SOF0 to SOF15
_JPEG_FRAME_BYTES: Final = 9  # marker, length, precision, height, width


@dataclass(frozen=True, slots=True)
class Image:
    """An image file that is whole. Sizes are pixels."""

    content_type: str
    extension: str
    width: int
    height: int


def image_format(head: bytes) -> str | None:
    """Return the extension of the format that a file begins as: PNG, JPEG, WebP or GIF; else None."""
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    return next((name for signature, name in _SIGNATURES if head.startswith(signature)), None)


def measure_image(file: Forward, head: bytes) -> Image | None:
    """Recognise and measure an image by how it begins; None where that cannot be read.

    ``head`` is the first ``HEAD_BYTES`` of ``file``. That the rest is there is not looked at.
    """
    name = image_format(head)
    if name is None:
        return None
    image = Image(_CONTENT_TYPES[name], name, *_SIZES[name](file, head))
    return image if image.width > 0 and image.height > 0 else None


def recognise_image(file: IO[bytes], head: bytes) -> Image | None:
    """Recognise PNG, JPEG, WebP and GIF; None for anything else, and for what is cut short or empty."""
    image = measure_image(file, head)
    return image if image and is_whole(file, image.extension) else None


def _png_size(_file: Forward, head: bytes) -> tuple[int, int]:
    if head[8:16] != b"\x00\x00\x00\rIHDR":
        return 0, 0
    return int.from_bytes(head[16:20]), int.from_bytes(head[20:24])


def _jpeg_size(file: Forward, _head: bytes) -> tuple[int, int]:
    for _, segment in jpeg_segments(file, _JPEG_SEGMENTS, _JPEG_FRAME_BYTES):
        if segment[1] in _JPEG_FRAMES:
            return int.from_bytes(segment[7:9]), int.from_bytes(segment[5:7])
    return 0, 0


def _gif_size(_file: Forward, head: bytes) -> tuple[int, int]:
    return int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")


def _webp_size(_file: Forward, head: bytes) -> tuple[int, int]:
    size_of: dict[bytes, Callable[[bytes], tuple[int, int]]] = {
        b"VP8 ": _vp8_size,
        b"VP8L": _vp8l_size,
        b"VP8X": _vp8x_size,
    }
    measure = size_of.get(head[12:16])
    return measure(head) if measure else (0, 0)


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


_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)
_CONTENT_TYPES: Final = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "gif": "image/gif"}
_SIZES: Final = {"png": _png_size, "jpg": _jpeg_size, "webp": _webp_size, "gif": _gif_size}
