"""One description of a surface's operations, and the document that is put together from it.

A surface says what it speaks (:class:`Surface`): its operations, parameters and bodies as tables, and how a
success and an error look. A new operation is an entry of its table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from reference.answers import Refusal, responses
from reference.openapi import VERSION, paths
from reference.shapes import Shapes

Route = tuple[str, str]
LICENSE: Final = {"name": "Apache-2.0", "identifier": "Apache-2.0"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``takes`` and ``body`` name parameters and a body of its surface's tables."""

    operation_id: str
    tag: str
    scope: str  # empty: no key is asked for
    summary: str
    description: str
    answer: type
    refuses: tuple[str, ...] = ()  # in our own codes, beside those that any request may get
    takes: tuple[str, ...] = ()
    body: str | None = None
    status: int = 200
    many: bool = False  # a list of them
    replayed: bool = False  # an Idempotency-Key is taken
    deprecated: str | None = None  # what to do instead
    dialect: str = ""  # where a surface speaks more than one
    headers: Mapping[str, dict[str, Any]] = field(default_factory=dict)  # of the success, besides the usual


@dataclass(frozen=True, slots=True)
class Surface:
    """How a surface is described."""

    title: str
    told: str
    tags: tuple[str, ...]
    keys: Mapping[str, Mapping[str, str]]  # the ways to show a key, by name
    operations: Mapping[Route, Operation]
    parameters: Mapping[str, Mapping[str, Any]]
    bodies: Callable[[Shapes], Mapping[str, Mapping[str, Any]]]
    success: Callable[[Operation, Shapes], Mapping[str, Any]]  # the content of an answer
    refusals: Callable[[Operation, Shapes], Mapping[int, Refusal]]


def describe(surface: Surface, shapes: Shapes) -> dict[str, Any]:
    """Return the document without its servers, which only a deployment knows."""
    bodies = surface.bodies(shapes)
    described = [
        (method, path, _operation(operation, surface, bodies, shapes))
        for (method, path), operation in surface.operations.items()
    ]
    return {
        "openapi": VERSION,
        "info": {"title": surface.title, "version": "1", "description": surface.told, "license": LICENSE},
        "tags": [{"name": name} for name in surface.tags],
        "security": [{name: []} for name in surface.keys],
        "paths": paths(described),
        "components": {
            "securitySchemes": dict(surface.keys),
            "parameters": dict(surface.parameters),
            **{kind: dict(sorted(parts.items())) for kind, parts in shapes.components.items()},
        },
    }


def _operation(
    operation: Operation, surface: Surface, bodies: Mapping[str, Mapping[str, Any]], shapes: Shapes
) -> dict[str, Any]:
    told = [operation.description, *([f"Scope: `{operation.scope}`."] if operation.scope else [])]
    described: dict[str, Any] = {
        "operationId": operation.operation_id,
        "tags": [operation.tag],
        "summary": operation.summary,
    }
    if operation.deprecated:
        described["deprecated"] = True
        told.insert(1, operation.deprecated)
    described["description"] = "\n\n".join(told)
    if not operation.scope:
        described["security"] = []
    if operation.takes:
        described["parameters"] = [{"$ref": f"#/components/parameters/{name}"} for name in operation.takes]
    if operation.body:
        described["requestBody"] = bodies[operation.body]
    described["responses"] = responses(
        operation,
        surface.success(operation, shapes),
        surface.refusals(operation, shapes),
        shapes,
    )
    return described
