"""What a surface answers in any test, held against its OpenAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from reference.openapi import JSON, template
from reference.operation import Route
from reference.surfaces import document

_HERE: Final = "urn:document"


@cache
def closed_document(surface: str) -> dict[str, Any]:
    """The document whose answers may hold nothing but what it describes."""
    return document(surface, closed=True)


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


def assert_answer_documented(
    surface: str, route: Route, status: int, headers: Mapping[str, str], body: object
) -> None:
    """Fail unless the document has this answer of a route: status, headers, body (bytes as they are)."""
    described, (method, path) = closed_document(surface), route
    operation = described["paths"].get(template(path), {}).get(method.lower())
    assert operation, f"{method} {path} is missing in the document: add it to reference/{surface}"
    answers = operation["responses"]
    assert str(status) in answers, f"{method} {path} answers {status}, which is not documented"
    answer = resolved(answers[str(status)], described)
    _check_body(surface, answer.get("content", {}), headers.get("content-type", JSON), body)
    for name, reference in answer["headers"].items():
        header = resolved(reference, described)
        value = headers.get(name.lower())
        assert value is not None or not header.get("required"), f"{method} {path} {status} lacks {name}"
        if value is not None:
            read = int(value) if header["schema"].get("type") == "integer" else value
            _check(surface, header["schema"], read)


@cache
def route_of(surface: str, path: str) -> str:
    """The path of the document that an address belongs to, literal ones first."""
    routes = sorted(closed_document(surface)["paths"], key=lambda route: route.count("{"))
    patterns = ((route, re.sub(r"\{\w+\}", "[^/]+", route)) for route in routes)
    return next((route for route, pattern in patterns if re.fullmatch(pattern, path)), path)


def _check_body(surface: str, content: Mapping[str, Any], media: str, body: object) -> None:
    if not content:
        assert not body, "no body is documented"
        return
    assert media in content, f"{media} is not documented"
    if "schema" in content[media]:
        _check(surface, content[media]["schema"], body)
    else:
        assert isinstance(body, bytes), "bytes are documented"


def _check(surface: str, schema: Mapping[str, Any], value: object) -> None:
    _validator(surface, json.dumps(schema)).validate(value)


@cache
def _validator(surface: str, schema: str) -> Draft202012Validator:
    return validator(json.loads(schema), closed_document(surface))
