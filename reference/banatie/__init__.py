"""Banatie's wire protocol, described."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reference import operation
from reference.banatie.errors import refusals
from reference.banatie.examples import ANSWERS
from reference.banatie.inputs import PARAMETERS
from reference.banatie.operations import OPERATIONS
from reference.banatie.records import Pagination
from reference.banatie.requests import bodies
from reference.openapi import json_content
from reference.operation import Operation, Surface
from reference.shapes import Shapes

_TOLD: Final = """\
A library of pictures that are made, uploaded, named and kept. An account has projects; a project's key sees
that project's generations, flows, images and aliases.

**Answers** come in one envelope, `{"success": true, "data": …}`, lists with `pagination` beside it; errors in
`{"success": false, "error": {"message", "code"}}`. Fields may be added: ignore what you do not know.
`X-Request-Id` is on every answer.

**Limits**: 100 requests in an hour for each key, unless the plan says otherwise.
"""
_PAGE: Final = {"total": 1, "limit": 20, "offset": 0, "hasMore": False}


def _success(answered: Operation, shapes: Shapes) -> Mapping[str, Any]:
    """The envelope of success."""
    data = shapes.ref(answered.answer)
    known: dict[str, Any] = {"success": {"const": True}, "data": data}
    if answered.many:
        known["data"] = {"type": "array", "items": data}
        known["pagination"] = shapes.ref(Pagination)
    schema = {"type": "object", "properties": known, "required": list(known), "additionalProperties": False}
    name = f"{answered.answer.__name__}{'Page' if answered.many else 'Answer'}"
    examples = ANSWERS[answered.answer.__name__]
    return json_content(
        shapes.add(name, schema),
        {"a page": {"success": True, "data": [next(iter(examples.values()))], "pagination": _PAGE}}
        if answered.many
        else {label: {"success": True, "data": example} for label, example in examples.items()},
    )


SURFACE: Final = Surface(
    title="Tidegate: Banatie API",
    told=_TOLD,
    tags=("Generations", "Flows", "Images"),
    keys={
        "key": {
            "type": "apiKey",
            "in": "header",
            "name": "X-API-Key",
            "description": "A project's key, `bnt_…`. It is taken from this header and from nowhere else.",
        }
    },
    operations=OPERATIONS,
    parameters=PARAMETERS,
    bodies=bodies,
    success=_success,
    refusals=refusals,
)


def describe(shapes: Shapes) -> dict[str, Any]:
    """Return the document without its servers."""
    return operation.describe(SURFACE, shapes)
