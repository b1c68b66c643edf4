"""Setting text into a box."""

from __future__ import annotations

import math
from functools import lru_cache

from PIL import ImageFont

Font = ImageFont.FreeTypeFont
_SMALLEST_PX = 11
_LEADING = 1.22
_LONGEST = 1500  # more letters than that nobody reads on a picture


@lru_cache(maxsize=64)
def font(size: int) -> Font:
    """Pillow's own scalable font: present wherever Pillow is, so pictures are the same everywhere."""
    loaded = ImageFont.load_default(size)
    if not isinstance(loaded, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType")
    return loaded


def fit(text: str, width: int, height: int, largest: int) -> tuple[Font, list[str]]:
    """Break ``text`` into lines of ``width`` pixels, in the largest font in which they fit ``height``.

    What does not fit in the smallest font is cut off with an ellipsis.
    """
    shown = text[:_LONGEST]
    size = max(_SMALLEST_PX, min(largest, _guess(len(shown), width, height)))
    while True:
        lines = _wrap(shown, font(size), width)
        rows = max(1, int(height / (size * _LEADING)))
        if len(lines) <= rows and shown == text:
            return font(size), lines
        if size <= _SMALLEST_PX:
            return font(size), [*lines[: rows - 1], lines[:rows][-1].rstrip() + "…"]
        size = max(_SMALLEST_PX, int(size * 0.9))


def _guess(letters: int, width: int, height: int) -> int:
    """A size that is surely large enough to begin with: letters are about half as wide as they are high."""
    return int(2 * math.sqrt(width * height / max(1, letters)))


def _wrap(text: str, letters: Font, width: int) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in text.split():
        for piece in _pieces(word, letters, width):
            joined = f"{line} {piece}".lstrip()
            if line and letters.getlength(joined) > width:
                lines.append(line)
                joined = piece
            line = joined
    return [*lines, line]


def _pieces(word: str, letters: Font, width: int) -> list[str]:
    """Cut a word that is wider than a whole line."""
    at_most = max(1, int(width / letters.size * 4))  # few letters are narrower than a quarter of the size
    pieces: list[str] = []
    while word:
        cut = min(len(word), at_most)
        while cut > 1 and letters.getlength(word[:cut]) > width:
            cut = max(1, cut * 9 // 10)
        pieces.append(word[:cut])
        word = word[cut:]
    return pieces
