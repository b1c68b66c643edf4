"""Banatie's wire protocol, described."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reference import operation
from reference.banatie import admin_examples, examples, live_examples
from reference.banatie.bodies import bodies
from reference.banatie.errors import refusals
from reference.banatie.inputs import PARAMETERS
from reference.banatie.operations import OPERATIONS
from reference.banatie.operations.terms import BOOTSTRAP, KEY, MASTER
from reference.banatie.records import Pagination
from reference.openapi import json_content
from reference.operation import Operation, Surface
from reference.shapes import Shapes

_TOLD: Final = """\
A library of pictures that are made, uploaded, named and kept. An account has projects; a project's key sees
that project's generations, flows, images and aliases. A master key makes projects and their keys, and sees
none of that. Images have public URLs; live URLs have pictures made for whoever looks.

**Answers** come in one envelope, `{"success": true, "data": …}`, lists with `pagination` beside it, unless it
is said otherwise; errors in `{"success": false, "error": {"message", "code"}}`. Fields may be added: ignore
what you do not know. `X-Request-Id` is on every answer.

**Limits**: 100 requests in an hour for each project's key and 1000 for a master key, unless the plan says
otherwise.
"""
_PAGE: Final = {"total": 1, "limit": 20, "offset": 0, "hasMore": False}
_HEADER: Final = {"type": "apiKey", "in": "header", "name": "X-API-Key"}
_ANSWERS: Final = {**examples.ANSWERS, **live_examples.ANSWERS, **admin_examples.ANSWERS}


def _success(answered: Operation, shapes: Shapes) -> Mapping[str, Any]:
    """The envelope of success, unless the answer has none."""
    data, shown = shapes.ref(answered.shape), _ANSWERS[answered.shape.__name__]
    if answered.bare:
        return json_content(data, shown)
    known: dict[str, Any] = {"success": {"const": True}, "data": data}
    told: dict[str, Any] = {label: {"success": True, "data": example} for label, example in shown.items()}
    kind = "Answer"
    if answered.many:
        known["data"], kind = {"type": "array", "items": data}, "List"
        told = {"a list": {"success": True, "data": [next(iter(shown.values()))]}}
    if answered.many and not answered.whole:
        known["pagination"], kind = shapes.ref(Pagination), "Page"
        told["a list"]["pagination"] = _PAGE
    schema = {"type": "object", "properties": known, "required": list(known), "additionalProperties": False}
    return json_content(shapes.add(f"{answered.shape.__name__}{kind}", schema), told)


SURFACE: Final = Surface(
    title="Tidegate: Banatie API",
    told=_TOLD,
    tags=("Generations", "Flows", "Images", "Live", "Files", "Administration", "About"),
    keys={
        KEY: {
            **_HEADER,
            "description": "A project's key, `bnt_…`. It is taken from this header and from nowhere else.",
        }
    },
    special_keys={
        MASTER: {**_HEADER, "description": "An account's master key, `bnt_…`, which opens no project."},
        BOOTSTRAP: {
            "type": "apiKey",
            "in": "header",
            "name": "X-Bootstrap-Secret",
            "description": "What `tidegate key bootstrap` printed. It is good for an hour, and once.",
        },
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
