"""Reading the query string."""

from __future__ import annotations

import re
from typing import Final

from tidegate.domain.errors import InvalidInput
from tidegate.surfaces.http import Request

_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_DIGITS_READ: Final = 19  # enough to be beyond every bound; int() refuses thousands of them

_MAX_LIMIT: Final = 100
_MAX_OFFSET: Final = 1_000_000_000  # beyond every account


def read_page(request: Request) -> tuple[int, int]:
    """Return ``limit`` (1 to 100, else 50) and ``offset`` of a list, moved to the nearest bound.

    Raises:
        InvalidInput: one of them is no whole number.
    """
    return (
        read_whole(request, "limit", default=50, low=1, high=_MAX_LIMIT),
        read_whole(request, "offset", default=0, low=0, high=_MAX_OFFSET),
    )


def read_whole(request: Request, name: str, *, default: int, low: int, high: int) -> int:
    """Return a whole number, moved to the nearest bound if it lies outside (contracts §1.5, §1.8).

    Raises:
        InvalidInput: it is no whole number.
    """
    text = request.query.get(name)
    if text is None:
        return default
    if not _WHOLE.fullmatch(text):
        raise InvalidInput(f"{name} must be a whole number.", field=name)
    return max(low, min(high, int(text[:_DIGITS_READ])))
