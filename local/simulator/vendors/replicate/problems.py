"""Replicate's error answers: RFC 7807 in spirit, `title`, `detail` and `status`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from starlette.responses import JSONResponse, Response

from local.simulator.responses import ingress_page

_TITLES = {
    400: ("Bad request", "The request cannot be read."),
    401: ("Unauthenticated", "You did not pass a valid authentication token"),
    402: (
        "Insufficient credit",
        (
            "You have insufficient credit to run this model. "
            "Go to https://replicate.com/account/billing#billing to purchase credit."
        ),
    ),
    403: ("Permission denied", "You do not have permission to perform this action."),
    404: ("Not found", "The requested resource could not be found."),
    422: ("Input validation failed", "- input: the model refused the input\n"),
    500: ("Internal server error", "Something went wrong on our side. Please try again."),
}
_JSON_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
_EXPECTED = {
    "string_type": "string",
    "int_type": "integer",
    "float_type": "number",
    "bool_type": "boolean",
    "list_type": "array",
}


def problem(status: int, detail: str | None = None, title: str | None = None) -> Response:
    """The vendor's answer with that status."""
    if status in {502, 503, 504}:
        return ingress_page(status)
    known_title, known_detail = _TITLES[status]
    body = {"title": title or known_title, "detail": detail or known_detail, "status": status}
    return JSONResponse(body, status, media_type="application/problem+json")


def throttled(retry_after_s: float | None) -> Response:
    """The 429 of the rate limit, with ``Retry-After`` when a delay is given."""
    wait = round(retry_after_s or 30)
    headers = {} if retry_after_s is None else {"retry-after": str(wait)}
    detail = f"Request was throttled. Your rate limit resets in ~{wait}s."
    return JSONResponse({"detail": detail, "status": 429}, 429, headers)


def invalid_version() -> Response:
    """The 422 of a version that does not exist."""
    detail = "The specified version does not exist (or perhaps you don't have permission to use it?)"
    return problem(422, detail, "Invalid version or not permitted")


def invalid_fields(fields: Sequence[tuple[str, str, str]]) -> Response:
    """The 422 of a request that does not match its schema. A field is (type, where, what)."""
    lines = "".join(f"- {where}: {what}\n" if where else f"- {what}\n" for _, where, what in fields)
    body = {
        "detail": lines,
        "status": 422,
        "title": "Input validation failed",
        "invalid_fields": [
            {"type": kind, "field": where, "description": what} for kind, where, what in fields
        ],
    }
    return JSONResponse(body, 422, media_type="application/problem+json")


def from_schema(errors: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """Pydantic's errors in the words of the JSON Schema validator that the vendor uses."""
    return [_field(error) for error in errors]


def _field(error: Mapping[str, Any]) -> tuple[str, str, str]:
    where = ".".join(["input", *(str(part) for part in error["loc"])])
    name, limits = str(error["loc"][0]), error.get("ctx", {})
    match error["type"]:
        case "missing":
            return "required", "input", f"{name} is required"
        case "literal_error":
            allowed = limits["expected"].replace("'", '"').replace(" or ", ", ")
            return "enum", where, f"{name} must be one of the following: {allowed}"
        case "less_than_equal":
            return "number_lte", where, f"Must be less than or equal to {limits['le']}"
        case "greater_than_equal":
            return "number_gte", where, f"Must be greater than or equal to {limits['ge']}"
        case "multiple_of":
            return "multiple_of", where, f"Must be a multiple of {limits['multiple_of']}"
        case "too_long":
            return "array_max_items", where, f"Array must have at most {limits['max_length']} items"
        case "string_pattern_mismatch":
            return "format", where, "Does not match format 'uri'"
    given = _JSON_TYPES.get(type(error["input"]), "null")
    expected = _EXPECTED.get(error["type"], "object")
    return "invalid_type", where, f"Invalid type. Expected: {expected}, given: {given}"
