"""The sizes that SharkApi sells, and the models behind them.

``sharkapi.json`` is the default; an operator replaces it by configuration. Prices are this surface's own: the
catalogue's price of the model does not matter here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tidegate.domain.money import Money

MODES_FILE: Final = Path(__file__).parent.parent.parent / "sharkapi.json"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one kind of job of a mode is made. ``strength`` names the parameter that takes image_strength."""

    model: str
    params: Mapping[str, object]
    strength: str | None = None


@dataclass(frozen=True, slots=True)
class Mode:
    """One size at one price."""

    name: str
    price: Money
    pixels: int
    text_to_image: Recipe
    image_to_image: Recipe | None


def load_modes(text: str | None = None) -> Mapping[str, Mode]:
    """Read the modes from a configuration in the file's own form, or from the file.

    Raises:
        ValueError, KeyError: it is not in that form.
    """
    table = json.loads(text or MODES_FILE.read_text(encoding="utf-8"))
    return {name: _mode(name, entry) for name, entry in table["modes"].items()}


def _mode(name: str, entry: Mapping[str, Any]) -> Mode:
    edit = entry.get("image_to_image")
    return Mode(
        name=name,
        price=Money.of(entry["price"]),
        pixels=int(entry["pixels"]),
        text_to_image=_recipe(entry["text_to_image"]),
        image_to_image=_recipe(edit) if edit else None,
    )


def _recipe(entry: Mapping[str, Any]) -> Recipe:
    return Recipe(entry["model"], dict(entry.get("params", {})), entry.get("strength"))
