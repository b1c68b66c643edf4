"""Builds a model's input schema from its table in ``models/``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

_URL = Annotated[str, Field(pattern=r"^(https?://|data:)")]
_SIZE_WORDS = ("square_hd", "square", "portrait_4_3", "portrait_16_9", "landscape_4_3", "landscape_16_9")
_PLAIN: Mapping[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "url": _URL,
    "urls": list[_URL],
    "list": list[Any],
}


class ImageSize(BaseModel):
    """Fal's custom picture size in pixels. The vendor's limit is higher; ours is what one can still draw."""

    width: int = Field(default=512, gt=0, le=4096)
    height: int = Field(default=512, gt=0, le=4096)


def input_schema(name: str, table: Mapping[str, Mapping[str, Any]], *, strict: bool) -> type[BaseModel]:
    """A pydantic model of one model's inputs. Unknown fields are ignored, as both vendors do.

    ``strict`` reads as JSON Schema does (replicate): "5" is not an integer. Otherwise as FastAPI does (fal).
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
    low, high = ("min_length", "max_length") if rule["type"] == "urls" else ("ge", "le")
    limits = {low: rule.get("min"), high: rule.get("max"), "multiple_of": rule.get("multiple_of")}
    return Annotated[_PLAIN[rule["type"]], Field(**{k: v for k, v in limits.items() if v is not None})]
