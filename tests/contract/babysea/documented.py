"""Everything that the surface answers in any test, held against its OpenAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from reference.openapi import template
from reference.surfaces import document
from tidegate.surfaces.babysea.routes import ROUTES

_HERE: Final = "urn:document"


@cache
def closed_document() -> dict[str, Any]:
    """The document whose answers may hold nothing but what it describes."""
    return document("babysea", closed=True)


def validator(schema: Mapping[str, Any], described: Mapping[str, Any]) -> Draft202012Validator:
    """A validator of a schema that lies in a document and refers to its parts."""
    registry: Registry[Any] = Registry().with_resource(
        _HERE, Resource.from_contents(dict(described), default_specification=DRAFT202012)
    )
    absolute = json.loads(json.dumps(schema).replace('"#/', f'"{_HERE}#/'))
    return Draft202012Validator(absolute, registry=registry, format_checker=FormatChecker())


def resolved(part: Mapping[str, Any], described: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part itself, if this only refers to it."""
    if "$ref" not in part:
        return part
    _, kind, name = part["$ref"].removeprefix("#/").split("/")
    found: Mapping[str, Any] = described["components"][kind][name]
    return found


def assert_documented(method: str, path: str, status: int, headers: Mapping[str, str], body: object) -> None:
    """Fail unless the document has this answer: status, headers, body. Paths of no route have no entry."""
    route = _route(method, path)
    if route is None:
        return
    described = closed_document()
    answers = described["paths"][template(route)][method.lower()]["responses"]
    assert str(status) in answers, f"{method} {route} answers {status}, which is not documented"
    answer = resolved(answers[str(status)], described)
    _check(answer["content"]["application/json"]["schema"], body)
    for name, reference in answer["headers"].items():
        header = resolved(reference, described)
        value = headers.get(name.lower())
        assert value is not None or not header["required"], f"{method} {route} {status} lacks {name}"
        if value is not None:
            _check(header["schema"], int(value) if header["schema"].get("type") == "integer" else value)


def _check(schema: Mapping[str, Any], value: object) -> None:
    _validator(json.dumps(schema)).validate(value)


@cache
def _validator(schema: str) -> Draft202012Validator:
    return validator(json.loads(schema), closed_document())


@cache
def _route(method: str, path: str) -> str | None:
    """The route that a path belongs to, literal ones first, if it takes the method."""
    found = next((route for _, route in ROUTES if _pattern(route).fullmatch(path)), None)
    return found if (method, found) in ROUTES else None


def _pattern(route: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+(\+?)\}", lambda m: ".+" if m[1] else "[^/]+", route))
