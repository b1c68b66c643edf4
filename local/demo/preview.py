"""A picture in a terminal: two pixels a character, the upper one in front, the lower one behind."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image
from rich.color import Color
from rich.style import Style
from rich.text import Text

_UPPER_HALF: Final = "▀"
_COLUMNS: Final = 48


def preview(png: bytes, columns: int = _COLUMNS) -> Text:
    """Render the picture as coloured text, ``columns`` wide."""
    with Image.open(BytesIO(png)) as opened:
        rows = max(2, round(columns * opened.height / opened.width) // 2 * 2)
        small = opened.convert("RGB").resize((columns, rows))
    shown = Text()
    for y in range(0, rows, 2):
        for x in range(columns):
            front, behind = (Color.from_rgb(*small.getpixel((x, row))) for row in (y, y + 1))  # type: ignore[misc]
            shown.append(_UPPER_HALF, Style(color=front, bgcolor=behind))
        shown.append("\n")
    return shown
