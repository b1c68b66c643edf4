"""The image formats that callers send and providers produce: recognised by content, and measured.

Every parser reads a bounded number of bytes and believes no length without checking it. A file that ends
before its format says so is refused: a transfer that was cut at the provider looks complete to HTTP.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Final, Protocol

HEAD_BYTES: Final = 64  # what the recognisers are given of the start of a file

_PNG_CHUNKS: Final = 65_536  # 8 KB each is usual: 500 MB
_JPEG_SEGMENTS: Final = 256  # metadata before the frame header; a profile of 4 MB takes 64
_JPEG_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # ITU T.81 table B.1: SOF0 to SOF15
_JPEG_BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a segment
_JPEG_FILL: Final = 0xFF
_JPEG_FRAME_BYTES: Final = 9  # marker, length, precision, height, width
_TAIL_BYTES: Final = 4_096  # some writers leave a little behind the end marker


@dataclass(frozen=True, slots=True)
class Image:
    """An image file that is whole. Sizes are pixels."""

    content_type: str
    extension: str
    width: int
    height: int


class Forward(Protocol):
    """A file that is only ever read onwards, such as one that is still arriving."""

    def seek(self, position: int, /) -> int:
        """Go to a position, which is never before the last one that was gone to."""

    def read(self, size: int, /) -> bytes:
        """Return the ``size`` bytes that follow, fewer only at the end."""


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
    """Recognise PNG, JPEG, WebP and GIF; None for anything else, and for what is broken or cut short."""
    image = measure_image(file, head)
    return image if image and _ENDS[image.extension](file, head) else None


def _png_size(_file: Forward, head: bytes) -> tuple[int, int]:
    if head[8:16] != b"\x00\x00\x00\rIHDR":
        return 0, 0
    return int.from_bytes(head[16:20]), int.from_bytes(head[20:24])


def _has_png_end(file: IO[bytes], _head: bytes) -> bool:
    position = 8
    for _ in range(_PNG_CHUNKS):
        file.seek(position)
        chunk = file.read(8)
        if chunk[4:] == b"IEND":
            return len(file.read(4)) == len(b"CRC!")
        if len(chunk) < len(b"sizeKIND"):
            return False
        position += int.from_bytes(chunk[:4]) + len(b"sizeKINDCRC!")
    return False


def _has_jpeg_end(file: IO[bytes], _head: bytes) -> bool:
    return b"\xff\xd9" in _tail(file)


def _jpeg_size(file: Forward, _head: bytes) -> tuple[int, int]:
    position = 2
    for _ in range(_JPEG_SEGMENTS):
        file.seek(position)
        segment = file.read(_JPEG_FRAME_BYTES)
        if len(segment) < _JPEG_FRAME_BYTES or segment[0] != _JPEG_FILL:
            break
        marker = segment[1]
        if marker in _JPEG_FRAMES:
            return int.from_bytes(segment[7:9]), int.from_bytes(segment[5:7])
        position += _jpeg_step(marker, int.from_bytes(segment[2:4]))
    return 0, 0


def _jpeg_step(marker: int, length: int) -> int:
    if marker == _JPEG_FILL:  # any number of them may come before a marker
        return 1
    return 2 if marker in _JPEG_BARE else 2 + length


def _gif_size(_file: Forward, head: bytes) -> tuple[int, int]:
    return int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")


def _has_gif_end(file: IO[bytes], _head: bytes) -> bool:
    return _tail(file).rstrip(b"\x00").endswith(b";")


def _has_webp_end(file: IO[bytes], head: bytes) -> bool:
    return file.seek(0, 2) >= int.from_bytes(head[4:8], "little") + len(b"RIFFsize")


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


def _tail(file: IO[bytes]) -> bytes:
    end = file.seek(0, 2)
    file.seek(max(0, end - _TAIL_BYTES))
    return file.read(_TAIL_BYTES)


_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
)
_CONTENT_TYPES: Final = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "gif": "image/gif"}
_SIZES: Final = {"png": _png_size, "jpg": _jpeg_size, "webp": _webp_size, "gif": _gif_size}
_ENDS: Final = {"png": _has_png_end, "jpg": _has_jpeg_end, "webp": _has_webp_end, "gif": _has_gif_end}
