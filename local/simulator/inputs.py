"""Builds a model's input schema from its table in ``models/``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

_URL = Annotated[str, Field(pattern=r"^(https?://|data:)")]
_PIXELS: Final = re.compile(r"(\d{3,4})[x*:](\d{3,4})")
_SIZE_WORDS = ("square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9")
_PLAIN: Mapping[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "url": _URL,
    "urls": list[_URL],
    "list": list[Any],
    "object": dict[str, Any],
}


class ImageSize(BaseModel):
    """Fal's custom picture size in pixels. The vendor's limit is higher; ours is what one can still draw."""

    width: int = Field(default=512, gt=0, le=4096)
    height: int = Field(default=512, gt=0, le=4096)


def pixels(text: object) -> tuple[int, int] | None:
    """Read a size such as 1664*928, 2048x2048 or 1280:720; None for a word or a ratio."""
    match = _PIXELS.fullmatch(str(text))
    return (int(match[1]), int(match[2])) if match else None


def _pixels(text: str, rule: Mapping[str, Any]) -> str:
    """Check a size: its form, one of the words instead, the pixels in all and the ratio of its sides."""
    if text in rule.get("words", ()):
        return text
    size = pixels(text)
    if size is None or rule["between"] not in text:
        raise ValueError(f"not of the form width{rule['between']}height")
    width, height = size
    if not rule["min"] <= width * height <= rule["max"]:
        raise ValueError(f"the total pixels must be from {rule['min']} to {rule['max']}")
    if any(side % rule.get("multiple_of", 1) for side in size):
        raise ValueError(f"both sides must be divisible by {rule['multiple_of']}")
    if not 1 / rule["ratio_max"] <= width / height <= rule["ratio_max"]:
        raise ValueError(f"the ratio of the sides must be at most {rule['ratio_max']}")
    return text


def input_schema(name: str, table: Mapping[str, Mapping[str, Any]], *, strict: bool) -> type[BaseModel]:
    """A pydantic model of one model's inputs. Unknown fields are ignored, as the vendors do.

    ``strict`` reads as JSON Schema does: "5" is not an integer. Otherwise as FastAPI does (fal).
    """
    fields: dict[str, Any] = {field: _field(rule) for field, rule in table.items()}
    return create_model(name, __config__=ConfigDict(extra="ignore", strict=strict), **fields)


def _field(rule: Mapping[str, Any]) -> tuple[Any, Any]:
    kind = _kind(rule)
    if rule.get("required"):
        return kind, ...
    if "default" in rule:
        return kind, Field(default=rule["default"], validate_default=True)
    return kind | None, None


def _kind(rule: Mapping[str, Any]) -> Any:
    if "enum" in rule:
        return Literal[tuple(rule["enum"])]
    if rule["type"] == "image_size":
        return ImageSize | Literal[(*_SIZE_WORDS, *rule.get("words", ()))]
    if rule["type"] == "pixels":
        return Annotated[str, AfterValidator(partial(_pixels, rule=rule))]
    if rule["type"] == "url_or_urls":
        return _URL | Annotated[list[_URL], Field(min_length=1, max_length=rule["max"])]
    low, high = ("min_length", "max_length") if rule["type"] in {"urls", "string"} else ("ge", "le")
    limits = {low: rule.get("min"), high: rule.get("max"), "multiple_of": rule.get("multiple_of")}
    return Annotated[_PLAIN[rule["type"]], Field(**{k: v for k, v in limits.items() if v is not None})]
