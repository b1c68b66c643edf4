"""What a caller sent, told back to it: never more than a line of it."""

from __future__ import annotations

from typing import Final

MAX_LENGTH: Final = 100


def shortened(text: str) -> str:
    """Return the text, or its beginning and an ellipsis: 100 characters at most."""
    return text if len(text) <= MAX_LENGTH else text[: MAX_LENGTH - 1] + "…"
