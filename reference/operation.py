"""One description of a surface's operations, and the document that is put together from it.

A surface says what it speaks (:class:`Surface`): its operations, parameters and bodies as tables, and how a
success and an error look. A new operation is an entry of its table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from reference.answers import Other, Refusal, responses
from reference.openapi import VERSION, paths
from reference.shapes import Shapes

Route = tuple[str, str]
Media = tuple[str, ...]  # the types of a body that is bytes; none: there is no body
LICENSE: Final = {"name": "Apache-2.0", "identifier": "Apache-2.0"}


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``takes`` and ``body`` name parameters and a body of its surface's tables.

    ``keys`` names the ways to show who calls where the surface's usual ones will not do, an empty one: none.
    """

    operation_id: str
    tag: str
    scope: str  # empty: no key is needed
    summary: str
    description: str
    answer: type | Media
    refuses: tuple[str, ...] = ()  # in our own codes, beside those that any request may get
    takes: tuple[str, ...] = ()
    body: str | None = None
    status: int = 200
    many: bool = False  # a list of them
    whole: bool = False  # a list that has no pages
    bare: bool = False  # without the surface's envelope
    replayed: bool = False  # an Idempotency-Key is taken
    deprecated: str | None = None  # what to do instead
    dialect: str = ""  # where a surface speaks more than one
    headers: Mapping[str, dict[str, Any]] = field(default_factory=dict)  # of the success, besides the usual
    others: Mapping[int, Other] = field(default_factory=dict)  # what may come instead and is no error
    keys: tuple[str, ...] = ()

    @property
    def keyed(self) -> bool:
        """Whether whoever calls is known, and has a window."""
        return bool(self.scope)

    @property
    def shape(self) -> type:
        """What is answered, where that is no bytes."""
        if not isinstance(self.answer, type):
            raise TypeError(f"{self.operation_id} answers bytes")
        return self.answer


@dataclass(frozen=True, slots=True)
class Surface:
    """How a surface is described."""

    title: str
    told: str
    tags: tuple[str, ...]
    keys: Mapping[str, Mapping[str, str]]  # the ways to show a key, by name: each will do
    operations: Mapping[Route, Operation]
    parameters: Mapping[str, Mapping[str, Any]]
    bodies: Callable[[Shapes], Mapping[str, Mapping[str, Any]]]
    success: Callable[[Operation, Shapes], Mapping[str, Any]]  # the content of an answer
    refusals: Callable[[Operation, Shapes], Mapping[int, Refusal]]
    special_keys: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # that operations name


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
            "securitySchemes": {**surface.keys, **surface.special_keys},
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
    if operation.keys or not operation.scope:
        described["security"] = [{name: []} if name else {} for name in operation.keys]
    if operation.takes:
        described["parameters"] = [{"$ref": f"#/components/parameters/{name}"} for name in operation.takes]
    if operation.body:
        described["requestBody"] = bodies[operation.body]
    content = (
        surface.success(operation, shapes)
        if isinstance(operation.answer, type)
        else {media: {} for media in operation.answer}
    )
    refusals = surface.refusals(operation, shapes)
    described["responses"] = responses(operation, content, refusals, shapes)
    return described
