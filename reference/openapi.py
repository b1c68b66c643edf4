"""The parts that every surface's document is put together from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

VERSION: Final = "3.1.0"
JSON: Final = "application/json"
_GREEDY: Final = re.compile(r"\{(\w+)\+\}")


def template(path: str) -> str:
    """A route's path as OpenAPI writes it, which has no word for a greedy parameter."""
    return _GREEDY.sub(r"{\1}", path)


def json_content(schema: Mapping[str, Any], examples: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON body, with examples by name."""
    shown = {name: {"value": value} for name, value in examples.items()}
    return {JSON: {"schema": schema, **({"examples": shown} if shown else {})}}


def parameter(
    place: str, name: str, schema: Mapping[str, Any], description: str, **more: object
) -> dict[str, Any]:
    """A parameter. One in the path is always required."""
    required = {"required": True} if place == "path" else {}
    return {"name": name, "in": place, **required, "description": description, "schema": schema, **more}


def header(schema: Mapping[str, Any], description: str, *, required: bool) -> dict[str, Any]:
    """A header of an answer."""
    return {"description": description, "required": required, "schema": schema}


def paths(operations: Iterable[tuple[str, str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Put operations, each with its method and route, under their paths."""
    found: dict[str, Any] = {}
    for method, path, operation in operations:
        found.setdefault(template(path), {})[method.lower()] = operation
    return found
