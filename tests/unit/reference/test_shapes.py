"""From Python types to schemas."""

from __future__ import annotations

from typing import Any, NotRequired

import pytest

from reference.openapi import paths
from reference.shapes import Shape, Shapes


class Inner(Shape):
    """Inside."""

    number: int


class Outer(Shape):
    """Outside."""

    always: str | None
    """Null when unknown."""
    sometimes: NotRequired[Inner]


def test_a_key_may_be_absent_or_null_apart_from_each_other() -> None:
    shapes = Shapes(closed=True)
    assert shapes.ref(Outer) == {"$ref": "#/components/schemas/Outer"}
    schema = shapes.components["schemas"]["Outer"]
    assert schema["required"] == ["always"]
    assert schema["properties"]["always"] == {
        "anyOf": [{"type": "string"}, {"type": "null"}],
        "description": "Null when unknown.",
    }
    assert schema["properties"]["sometimes"] == {"$ref": "#/components/schemas/Inner"}


@pytest.mark.parametrize(("closed", "expected"), [(True, False), (False, None)])
def test_answers_are_closed_for_tests_and_open_for_clients(*, closed: bool, expected: bool | None) -> None:
    shapes = Shapes(closed=closed)
    shapes.ref(Outer)
    for schema in shapes.components["schemas"].values():
        assert schema.get("additionalProperties") is expected
        assert "title" not in schema


def test_one_name_stands_for_one_schema() -> None:
    shapes = Shapes(closed=True)
    shapes.add("Name", {"type": "string"})
    shapes.add("Name", {"type": "string"})
    with pytest.raises(ValueError, match="two different schemas are named Name"):
        shapes.add("Name", {"type": "integer"})


def test_what_is_no_shape_is_refused() -> None:
    with pytest.raises(TypeError, match="no shape"):
        Shapes(closed=True).ref(dict)


def test_a_greedy_parameter_is_written_like_any_other() -> None:
    operation: dict[str, Any] = {}
    described = paths([("GET", "/a/{b+}", operation), ("DELETE", "/a/{b+}", operation)])
    assert described == {"/a/{b}": {"get": operation, "delete": operation}}
