"""BabySea's wire protocol, described."""

from __future__ import annotations

from typing import Any, Final

from reference.babysea import requests
from reference.babysea.answers import responses
from reference.babysea.content import Generation
from reference.babysea.examples import REQUESTS
from reference.babysea.inputs import inputs
from reference.babysea.operations import OPERATIONS, Operation
from reference.babysea.webhooks import describe_webhooks
from reference.openapi import VERSION, json_content, paths
from reference.shapes import Shapes
from tidegate.domain.generation import MediaType

_TOLD: Final = """\
Images and videos from one API. A submit holds its price and answers at once; poll the generation, or take a
webhook. Charged once on success, given back on failure and cancel.

**Answers** come in one envelope, `{"status": "success", "data": …}` or `{"status": "error", "error": …}`.
Fields may be added: ignore what you do not know. `X-Request-Id` is on every answer.

**Errors** have a stable code. Trust `retryable`, not the status. Paths and methods that do not exist get 404
`BSE3004` and 405 `BSE3005` in the same envelope. Only what never reaches the API, such as a body of megabytes
or a flood of requests, is answered by the network in front of it, with a plain `{"message": …}`.

**Test keys**, `bye_test_…`, do everything that a live one does and cost nothing: no provider is asked.

**Browsers** may call: CORS allows the headers of the SDK, and shows those of the limits.
"""
_TAGS: Final = ("Generations", "Library", "Account", "Health")


def describe(shapes: Shapes) -> dict[str, Any]:
    """Return the document without its servers, which only a deployment knows."""
    described = {route: _operation(operation, shapes) for route, operation in OPERATIONS.items()}
    webhooks = describe_webhooks(shapes)
    _add_specific_parameters(shapes)
    return {
        "openapi": VERSION,
        "info": {
            "title": "Tidegate: BabySea API",
            "version": "1",
            "description": _TOLD,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "tags": [{"name": name} for name in _TAGS],
        "security": [{"key": []}],
        "paths": paths((method, path, operation) for (method, path), operation in described.items()),
        "webhooks": webhooks,
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key, `bye_…`, that has the scope which the operation names.",
                }
            },
            "parameters": inputs(),
            **{kind: dict(sorted(parts.items())) for kind, parts in shapes.components.items()},
        },
    }


def _operation(operation: Operation, shapes: Shapes) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.operation_id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": f"{operation.description}\n\nScope: `{operation.scope}`.",
        # For a bearer scheme these are names of roles (OpenAPI 3.1, Security Requirement Object).
        "security": [{"key": [operation.scope]}],
    }
    if operation.takes:
        described["parameters"] = [{"$ref": f"#/components/parameters/{name}"} for name in operation.takes]
    if operation.body:
        schema = requests.body(MediaType(operation.body), shapes)
        content = json_content(schema, REQUESTS[operation.body])
        described["requestBody"] = {"required": True, "content": content}
    return {**described, "responses": responses(operation, shapes)}


def _add_specific_parameters(shapes: Shapes) -> None:
    """A record shows what was given of its model's own parameters."""
    record = shapes.components["schemas"][Generation.__name__]
    record["properties"] = record["properties"] | requests.specific(requests.models())
