"""The surfaces that describe themselves: a new one adds its module here, and its routes in its stack."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from reference import babysea, banatie, sharkapi
from reference.shapes import Shapes

FOLDER: Final = Path(__file__).resolve().parent.parent / "docs" / "reference" / "openapi"
# What each takes: where its shapes are collected. What it returns: the document without its servers.
SURFACES: Final[Mapping[str, Callable[[Shapes], dict[str, Any]]]] = {
    "babysea": babysea.describe,
    "banatie": banatie.describe,
    "sharkapi": sharkapi.describe,
}


def document(surface: str, *, closed: bool = False) -> dict[str, Any]:
    """Describe a surface. With ``closed``, answers may hold nothing but what is described: for tests."""
    return SURFACES[surface](Shapes(closed=closed))


def written(surface: str) -> str:
    """A surface's document as it is committed."""
    return json.dumps(document(surface), indent=2, ensure_ascii=False) + "\n"
