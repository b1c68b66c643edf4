"""The OpenAPI documents of all surfaces: what is committed is what the code says, and it holds together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import ValidationError
from openapi_spec_validator import OpenAPIV31SpecValidator

from reference import banatie, sharkapi
from reference.banatie.operations.terms import MASTER
from reference.surfaces import FOLDER, SURFACES, document, written
from tests.contract.documented import assert_answer_documented, closed_document, resolved, validator
from tidegate.domain.keys import SCOPES
from tidegate.surfaces.banatie import routes as banatie_routes
from tidegate.surfaces.banatie.errors import ERRORS as BANATIE
from tidegate.surfaces.sharkapi import routes as sharkapi_routes
from tidegate.surfaces.sharkapi.errors import ERRORS as SHARKAPI

FUNCTIONS = Path(__file__).parents[2] / "functions"
KEYED = {"banatie": banatie.SURFACE, "sharkapi": sharkapi.SURFACE}
# What is said where no operation is: of a path or method that does not exist.
NOWHERE = {"METHOD_NOT_ALLOWED"}


@pytest.mark.parametrize("surface", SURFACES)
def test_the_committed_document_is_what_the_code_says(surface: str) -> None:
    committed = (FOLDER / f"{surface}.json").read_text(encoding="utf-8")
    assert committed == written(surface), "run `make openapi`, and look at what changed"


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("closed", [True, False])
def test_it_is_valid_openapi_3_1(surface: str, *, closed: bool) -> None:
    described = document(surface, closed=closed)
    assert described["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(described).validate()


def _bodies(described: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Every example of the document, with its schema."""
    operations = [
        (f"{method} {path}", operation)
        for part in ("paths", "webhooks")
        for path, methods in described.get(part, {}).items()
        for method, operation in methods.items()
    ]
    for name, operation in operations:
        yield from _examples(f"{name} request", operation.get("requestBody", {}))
        for status, response in operation["responses"].items():
            yield from _examples(f"{name} {status}", resolved(response, described))


def _examples(name: str, holder: Any) -> Iterator[tuple[str, Any, Any]]:
    for media, content in holder.get("content", {}).items():
        if media.startswith("image/"):
            continue
        assert content["examples"], f"{name} has no example"
        for label, example in content["examples"].items():
            yield f"{name}: {label}", content["schema"], example["value"]


@pytest.mark.parametrize("surface", SURFACES)
def test_every_body_has_an_example_and_every_example_fits_its_schema(surface: str) -> None:
    described = closed_document(surface)
    found = list(_bodies(described))
    assert len(found) > 50
    for name, schema, example in found:
        problems = [error.message for error in validator(schema, described).iter_errors(example)]
        assert not problems, f"{name}: {problems}"


@pytest.mark.parametrize("surface", SURFACES)
def test_every_parameter_example_fits_its_schema(surface: str) -> None:
    described = closed_document(surface)
    for parameter in described["components"]["parameters"].values():
        if "example" in parameter:
            validator(parameter["schema"], described).validate(parameter["example"])


@pytest.mark.parametrize("surface", SURFACES)
def test_every_named_part_is_referred_to(surface: str) -> None:
    described = document(surface)
    text = written(surface)
    for kind, parts in described["components"].items():
        for name in parts:
            assert kind == "securitySchemes" or f'"#/components/{kind}/{name}"' in text, f"{kind}: {name}"


@pytest.mark.parametrize(("surface", "routes"), [("banatie", banatie_routes), ("sharkapi", sharkapi_routes)])
def test_every_route_is_described(surface: str, routes: Any) -> None:
    missing = set(routes.ROUTES) - set(KEYED[surface].operations)
    assert missing == set(), f"add to the operations of reference/{surface}: {sorted(missing)}"


def _source(surface: str, route: tuple[str, str]) -> str:
    """The text of the function whose first line names a route, among others."""
    method, path = route
    line = re.compile(rf'"""(?:.+; )?([A-Z|]+) {re.escape(path)}[.,;]')
    files = (file for folder in (surface, "shared") for file in (FUNCTIONS / folder).glob("*.py"))
    texts = (file.read_text(encoding="utf-8") for file in files)
    (found,) = (text for text in texts if (m := line.match(text)) and method in m[1].split("|"))
    return found


@pytest.mark.parametrize(
    ("surface", "route"),
    [(surface, route) for surface, described in KEYED.items() for route in described.operations],
)
def test_an_operation_names_the_scope_and_the_kind_of_key_that_its_function_asks_for(
    surface: str, route: tuple[str, str]
) -> None:
    operation, source = KEYED[surface].operations[route], _source(surface, route)
    if operation.scope:
        assert f'scope="{operation.scope}"' in source
        assert operation.scope in SCOPES
    assert ("@public_endpoint" in source) == (not operation.scope)
    assert ("@master_endpoint" in source) == (operation.keys == (MASTER,))


@pytest.mark.parametrize(("surface", "errors"), [("banatie", BANATIE), ("sharkapi", SHARKAPI)])
def test_every_error_has_an_operation_that_may_answer_it(surface: str, errors: Any) -> None:
    described = written(surface)
    codes = {error.code for error in errors.values()} - NOWHERE
    assert [code for code in sorted(codes) if f'"{code}"' not in described] == []


def test_an_answer_that_the_document_does_not_know_is_found() -> None:
    route = ("DELETE", "/api/v1/flows/{id}")
    told = {"success": True, "data": {"id": "0b8f2a5c-9a44-4c1c-8a62-0d9a5b0f7e31"}}
    headers = {"x-request-id": f"req_{'0' * 32}"} | {
        f"x-ratelimit-{name}": "1" for name in ("limit", "remaining", "reset")
    }
    assert_answer_documented("banatie", route, 200, headers, told)
    with pytest.raises(AssertionError, match="not documented"):
        assert_answer_documented("banatie", route, 418, headers, told)
    with pytest.raises(AssertionError, match="lacks X-Request-Id"):
        assert_answer_documented("banatie", route, 200, {}, told)
    with pytest.raises(ValidationError, match="surprise"):
        assert_answer_documented("banatie", route, 200, headers, {**told, "surprise": 1})
    with pytest.raises(AssertionError, match="add it to reference/banatie"):
        assert_answer_documented("banatie", ("PATCH", "/api/v1/flows/{id}"), 200, headers, told)


def test_bytes_and_redirects_are_held_to_their_types() -> None:
    image = ("GET", "/cdn/{organization}/{project}/img/{image}")
    headers = {
        "x-request-id": f"req_{'0' * 32}",
        "x-image-id": "0b8f2a5c-9a44-4c1c-8a62-0d9a5b0f7e31",
        "x-content-type-options": "nosniff",
        "cache-control": "private",
        "location": "https://bucket.example/1",
    }
    assert_answer_documented("banatie", image, 302, headers, b"")
    with pytest.raises(AssertionError, match="no body"):
        assert_answer_documented("banatie", image, 302, headers, b"elsewhere")
    with pytest.raises(AssertionError, match="text/html is not documented"):
        assert_answer_documented("banatie", image, 200, {"content-type": "text/html"}, b"<p>")
    with pytest.raises(AssertionError, match="bytes are documented"):
        assert_answer_documented("banatie", image, 200, {"content-type": "image/png"}, {"success": True})
