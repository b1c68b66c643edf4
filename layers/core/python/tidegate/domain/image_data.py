"""Whether an image file is whole: that it holds image data, and does not end before its format says so.

Nothing is decoded. A transfer that was cut at the provider looks complete to HTTP, and a header alone looks
like a picture to whoever only reads headers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Final, Protocol

_PNG_CHUNKS: Final = 65_536  # 8 KB each is usual: 500 MB
_JPEG_SEGMENTS: Final = 512  # before the first scan; a profile of 4 MB takes 64
_JPEG_SCAN: Final = 0xDA  # ITU T.81 table B.1
_JPEG_BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a segment
_JPEG_FILL: Final = 0xFF
_WEBP_CHUNKS: Final = 256  # before the first image; a profile and metadata are one each
_WEBP_IMAGES: Final = frozenset({b"VP8 ", b"VP8L", b"ANMF"})  # RFC 9649 §2.5 to §2.7
_GIF_BLOCKS: Final = 65_536  # of extensions, before the first image
_GIF_EXTENSION: Final = 0x21  # GIF89a §23 to §26
_GIF_IMAGE: Final = 0x2C  # GIF89a §20
_PIECE_BYTES: Final = 65_536
_TAIL_BYTES: Final = 4_096  # some writers leave a little behind the end marker


class Forward(Protocol):
    """A file that is only ever read onwards, such as one that is still arriving."""

    def seek(self, position: int, /) -> int:
        """Go to a position, which is never before the last one that was gone to."""

    def read(self, size: int, /) -> bytes:
        """Return the ``size`` bytes that follow, fewer only at the end."""


def is_whole(file: IO[bytes], extension: str) -> bool:
    """Look through a PNG, JPEG, WebP or GIF file that begins as one."""
    return {"png": _is_whole_png, "jpg": _is_whole_jpeg, "webp": _is_whole_webp, "gif": _is_whole_gif}[
        extension
    ](file)


def jpeg_segments(file: Forward, limit: int, size: int) -> Iterator[tuple[int, bytes]]:
    """Walk through the segments of a JPEG: where each begins, and its first ``size`` bytes, marker included.

    It ends where there is none, and after ``limit`` of them.
    """
    position = 2
    for _ in range(limit):
        file.seek(position)
        segment = file.read(size)
        if len(segment) < size or segment[0] != _JPEG_FILL:
            return
        yield position, segment
        position += _jpeg_step(segment[1], int.from_bytes(segment[2:4]))


def _jpeg_step(marker: int, length: int) -> int:
    if marker == _JPEG_FILL:  # any number of them may come before a marker
        return 1
    return 2 if marker in _JPEG_BARE else 2 + length


def _is_whole_png(file: IO[bytes]) -> bool:
    position, data_bytes = 8, 0
    for _ in range(_PNG_CHUNKS):
        file.seek(position)
        chunk = file.read(8)
        if chunk[4:] == b"IEND":
            return data_bytes > 0 and len(file.read(4)) == len(b"CRC!")
        if len(chunk) < len(b"sizeKIND"):
            return False
        length = int.from_bytes(chunk[:4])
        data_bytes += length if chunk[4:] == b"IDAT" else 0
        position += length + len(b"sizeKINDCRC!")
    return False


def _is_whole_jpeg(file: IO[bytes]) -> bool:
    for position, segment in jpeg_segments(file, _JPEG_SEGMENTS, 4):
        if segment[1] == _JPEG_SCAN:
            data = position + 2 + int.from_bytes(segment[2:4])
            # The first one ends it, for data writes FF as FF 00; a film may follow (motion photos).
            return _first(file, b"\xff\xd9", data) > data
    return False


def _is_whole_webp(file: IO[bytes]) -> bool:
    file.seek(0)
    end = int.from_bytes(file.read(8)[4:], "little") + len(b"RIFFsize")
    if file.seek(0, 2) < end:
        return False
    position = len(b"RIFFsizeWEBP")
    for _ in range(_WEBP_CHUNKS):
        file.seek(position)
        chunk = file.read(8)
        length = int.from_bytes(chunk[4:], "little")
        position += len(b"KINDsize") + length
        if len(chunk) < len(b"KINDsize") or position > end:
            return False
        if chunk[:4] in _WEBP_IMAGES:
            return length > 0
        position += length % 2  # a byte of padding behind an odd length
    return False


def _is_whole_gif(file: IO[bytes]) -> bool:
    return _has_gif_image(file) and _tail(file)[1].rstrip(b"\x00").endswith(b";")


def _has_gif_image(file: IO[bytes]) -> bool:
    file.seek(10)
    screen = file.read(3)
    if len(screen) < len(b"PBA"):  # packed fields, background, aspect ratio
        return False
    packed = screen[0]
    position = 13 + (6 << (packed & 7) if packed & 0x80 else 0)  # behind the global colours
    in_extension = False
    for _ in range(_GIF_BLOCKS):
        file.seek(position)
        kind = file.read(1)
        if in_extension and kind:  # a sub-block of that many bytes; the last one has none
            in_extension = kind[0] > 0
            position += 1 + kind[0]
        elif kind != bytes([_GIF_EXTENSION]):
            return kind == bytes([_GIF_IMAGE])
        else:
            in_extension, position = True, position + 2
    return False


def _first(file: IO[bytes], marker: bytes, position: int) -> int:
    """Say where a marker stands for the first time from a position on; -1 if it does not."""
    file.seek(position)
    kept = b""
    while piece := file.read(_PIECE_BYTES):
        found = (kept + piece).find(marker)
        if found >= 0:
            return position - len(kept) + found
        position, kept = position + len(piece), piece[-1:]
    return -1


def _tail(file: IO[bytes]) -> tuple[int, bytes]:
    begin = max(0, file.seek(0, 2) - _TAIL_BYTES)
    file.seek(begin)
    return begin, file.read(_TAIL_BYTES)
