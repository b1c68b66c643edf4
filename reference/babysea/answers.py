"""Every answer that an operation may give, with its headers (contracts §2)."""

from __future__ import annotations

from typing import Any, Final

from reference.babysea.errors import REQUEST_ID, by_status, content
from reference.babysea.operations import Operation
from reference.openapi import header, json_content
from reference.shapes import Shapes
from tidegate.surfaces.babysea.envelope import success
from tidegate.surfaces.babysea.errors import WireError

_AT_MS: Final = 1_778_751_000_000  # 2026-05-14T09:30:00Z
_REQUEST_ID: Final = {"type": "string", "pattern": "^req_[0-9a-f]{32}$"}
_TIMESTAMP: Final = {"type": "string", "format": "date-time"}
_WHOLE: Final = {"type": "integer", "minimum": 0}
_UNKNOWN_CALLER: Final = 401
_NOT_FOUND: Final = 404
_TOO_MANY: Final = 429
_CONFLICT: Final = 409
_FAULT: Final = 500
# What can be asked of a generation that was just accepted.
_LINKS: Final = {
    name: {"operationId": name, "parameters": {"generation_id": "$response.body#/data/generation_id"}}
    for name in ("get_generation", "cancel_generation", "delete_generation")
}
_TITLES: Final = {
    400: "The request cannot be meant.",
    401: "Who is calling is not known.",
    402: "The balance is below the price.",
    403: "The key may not do this.",
    404: "There is no such thing, or not for this account.",
    409: "What it is about is in another state.",
    413: "The body is too large.",
    422: "A value cannot be served.",
    429: "Too many; wait for as long as `Retry-After` says.",
    500: "A fault of ours. `retryable` for GET and DELETE only: a POST may have changed something.",
    503: "Something that we depend on did not answer.",
}


def responses(operation: Operation, shapes: Shapes) -> dict[str, Any]:
    """The answers of an operation by status: the success, then every error that it may refuse with."""
    refusals = by_status(operation.errors)
    return {
        "200": _success(operation, shapes),
        **{str(status): _refusal(status, errors, shapes) for status, errors in refusals.items()},
    }


def _success(operation: Operation, shapes: Shapes) -> dict[str, Any]:
    data = [shapes.ref(shape) for shape in operation.answers]
    known = {
        "status": {"const": "success"},
        "request_id": _REQUEST_ID,
        "message": {"type": "string"},
        "timestamp": _TIMESTAMP,
        "data": data[0] if len(data) == 1 else {"oneOf": data},
        **operation.beside,
    }
    schema = {"type": "object", "properties": known, "required": list(known), "additionalProperties": False}
    name = "".join(word.capitalize() for word in operation.operation_id.split("_")) + "Answer"
    return {
        "description": operation.summary.rstrip("?") + ".",
        "headers": _headers(200, shapes, replayed=operation.body is not None),
        "content": json_content(shapes.add(name, schema), _examples(operation)),
        **({"links": _LINKS} if operation.body else {}),
    }


def _examples(operation: Operation) -> dict[str, Any]:
    page = {"total": 1, "limit": 50, "offset": 0} if operation.beside else {}
    return {
        name: success(REQUEST_ID, operation.message, _AT_MS, data) | page
        for name, data in operation.examples.items()
    }


def _refusal(status: int, errors: list[WireError], shapes: Shapes) -> dict[str, Any]:
    codes = ", ".join(f"`{error.code}` {error.type}" for error in errors)
    response = {
        "description": f"{_TITLES[status]} {codes}.",
        "headers": _headers(status, shapes),
        "content": content(errors, shapes),
    }
    return shapes.share("responses", "-".join(error.code for error in errors), response)


def _headers(status: int, shapes: Shapes, *, replayed: bool = False) -> dict[str, Any]:
    """A window is told to callers who are known: not where a path or a fault comes before the key is read."""
    known = status < _FAULT and status != _NOT_FOUND
    described = {
        "X-Request-Id": header(
            _REQUEST_ID, "Names this request; also in the body, unless replayed.", required=True
        )
    }
    if status != _UNKNOWN_CALLER:
        described |= {
            "X-RateLimit-Limit": header(_WHOLE, "Requests in a window of 60 seconds.", required=known),
            "X-RateLimit-Remaining": header(_WHOLE, "What is left of it.", required=known),
            "X-RateLimit-Reset": header(_WHOLE, "When it ends, in unix seconds.", required=known),
        }
    if status in {_TOO_MANY, _CONFLICT}:
        wait = {"type": "integer", "minimum": 1}
        described["Retry-After"] = header(wait, "Whole seconds.", required=status == _TOO_MANY)
    if replayed:
        told = "There, and `true`, when an `Idempotency-Key` was repeated."
        described["Idempotency-Replayed"] = header({"const": "true"}, told, required=False)
    return {name: shapes.share("headers", _header_name(name, part), part) for name, part in described.items()}


def _header_name(name: str, part: dict[str, Any]) -> str:
    return name if part["required"] else f"Optional-{name}"
