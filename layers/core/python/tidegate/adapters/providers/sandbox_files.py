"""The files of test mode: real ones of the kind, format, ratio and length that were asked for, marked TEST.

PNG is drawn here, from zlib alone. The others lie ready in ``sandbox_files/``, one for each ratio; how they
are made says ``local/sandbox_files.py``.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Any, Final

from tidegate.domain.attempt import MediaFile

LONG_SIDE_PX: Final = 512
RATIOS: Final = ("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21", "5:4", "4:5")
TICKS: Final = 27_720  # of a clip's clock in its one second: all lengths from 1 to 12 s divide it
_FOLDER: Final = "sandbox_media"
_TYPES: Final = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "mp4": "video/mp4"}
_GLYPHS: Final = (
    "###.###.###.###",
    ".#..#...#....#.",
    ".#..##..###..#.",
    ".#..#.....#..#.",
    ".#..###.###..#.",
)
_INK: Final = b"\xff\xff\xff"


def make_files(params: Mapping[str, Any]) -> tuple[MediaFile, ...]:
    """Make the files that a generation's parameters ask for."""
    extension, ratio = str(params["generation_output_format"]), str(params["generation_ratio"])
    count = int(params.get("generation_output_number", 1))
    if extension == "png":
        prompt = str(params["generation_prompt"])
        files = [draw_png(f"{prompt}/{number}", *size_of(ratio)) for number in range(count)]
    elif extension == "mp4":
        files = [lengthen(_stored(ratio, "mp4"), int(params.get("generation_duration", 1)))] * count
    else:
        files = [_stored(ratio, extension)] * count
    return tuple(MediaFile(data=data, content_type=_TYPES[extension]) for data in files)


def size_of(ratio: str, long_side: int = LONG_SIDE_PX) -> tuple[int, int]:
    """Return width and height in even pixels; a square for what is no ratio."""
    width, height = _parts(ratio)
    scale = long_side / max(width, height)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def draw_png(seed: str, width: int, height: int) -> bytes:
    """Draw a gradient whose colours belong to the seed, with the mark in the middle."""
    digest = hashlib.sha256(seed.encode()).digest()
    start, end = digest[:3], digest[3:6]
    steps = width + height
    ramp = b"".join(
        bytes(a + (b - a) * step // steps for a, b in zip(start, end, strict=True)) for step in range(steps)
    )
    rows = [bytearray(ramp[3 * y : 3 * (y + width)]) for y in range(height)]
    _mark(rows, width, height)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)  # 8 bits each of red, green and blue
    pixels = zlib.compress(b"".join(b"\x00" + row for row in rows))
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def lengthen(clip: bytes, seconds: int) -> bytes:
    """Let a clip of one second last longer: its clocks tick slower (ISO/IEC 14496-12 §8.2.2, §8.4.2)."""
    slower, rate = bytearray(clip), struct.pack(">I", TICKS // max(1, seconds))
    for box in (b"mvhd", b"mdhd"):  # version 0: flags and two times stand before the ticks a second
        at = clip.index(box) + 16
        slower[at : at + 4] = rate
    return bytes(slower)


def _stored(ratio: str, extension: str) -> bytes:
    """Read the file whose ratio is nearest."""
    width, height = _parts(ratio)
    nearest = min(RATIOS, key=lambda known: abs(_quotient(known) - width / height))
    name = f"{nearest.replace(':', 'x')}.{extension}"
    return (resources.files(__package__ or "") / _FOLDER / name).read_bytes()


def _quotient(ratio: str) -> float:
    width, height = _parts(ratio)
    return width / height


def _parts(ratio: str) -> tuple[int, int]:
    width, _, height = ratio.partition(":")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        return 1, 1
    return int(width), int(height)


def _mark(rows: Iterable[bytearray], width: int, height: int) -> None:
    cell = max(1, min(width, height) // 24)
    left, top = (width - len(_GLYPHS[0]) * cell) // 2, (height - len(_GLYPHS) * cell) // 2
    for y, row in enumerate(rows):
        line = (y - top) // cell
        if not 0 <= line < len(_GLYPHS):
            continue
        for column, dot in enumerate(_GLYPHS[line]):
            if dot == "#":
                at = 3 * (left + column * cell)
                row[at : at + 3 * cell] = _INK * cell


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
