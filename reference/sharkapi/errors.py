"""The errors of the SharkApi surface in both dialects, with an example of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from reference.answers import Refusal
from reference.openapi import json_content
from reference.operation import Operation
from reference.shapes import Shapes
from reference.sharkapi.records import Error, ErrorText
from tidegate.surfaces.sharkapi.errors import ERRORS, SharkError

SECOND: Final = "D2"
_FORBIDDEN: Final = 403
_REVOKED: Final = "API key has been revoked."  # the second dialect's word for what is unknown in the first
# What any request with a token may get, in our own codes.
_ANY: Final = (
    "authentication_required",
    "authentication_failed",
    "account_not_found",
    "address_rate_limited",
    "insufficient_permissions",
    "address_not_allowed",
    "rate_limited",
    "internal",
    "service_unavailable",
)
# Of errors that say something else each time.
_MESSAGES: Final = {
    "INVALID_REQUEST": "prompt is required.",
    "INVALID_MODE": "mode must be one of 1k, 2k.",
    "PROMPT_TOO_LONG": "The prompt may have at most 2000 characters.",
    "IMAGE_TOO_LARGE": "The source image may have at most 10 MB.",
    "INVALID_IMAGE_FORMAT": "The source image must be a whole JPEG, PNG or WebP file.",
    "INSUFFICIENT_PERMISSIONS": "This token may not do this.",
    "ADDRESS_NOT_ALLOWED": "This token may not be used from your address.",
    "RATE_LIMIT_EXCEEDED": "Rate limit exceeded. Please retry after the period indicated in Retry-After.",
    "CONTENT_MODERATED": "The prompt was refused.",
    "JOB_NOT_FOUND": "No job with this id exists in your account.",
    "ACCOUNT_SUSPENDED": "This account is suspended. Please contact the operator of this gateway.",
    "TOO_MANY_KEYS": "An account may have 100 keys at most.",
    "NOT_FOUND": "There is no such path.",
    "IDEMPOTENCY_KEY_REUSED": "This Idempotency-Key was used with a different request body.",
    "IDEMPOTENCY_IN_PROGRESS": "A request with this Idempotency-Key is still being processed.",
    "SERVICE_UNAVAILABLE": "A service that we depend on did not answer.",
    "INTERNAL_ERROR": "An internal error occurred.",
    "INVALID_TOKEN": "The API token is unknown or has been revoked.",
}


def refusals(operation: Operation, shapes: Shapes) -> Mapping[int, Refusal]:
    """Everything that an operation may refuse a request with, by HTTP status."""
    second = operation.dialect == SECOND
    by_status: dict[int, dict[str, SharkError]] = {}
    for code in (*_ANY, *operation.refuses):
        error = ERRORS[code]
        status = (error.d2_status or error.status) if second else error.status
        by_status.setdefault(status, {}).setdefault(error.code, error)
    write = _second if second else _first
    return {status: write(status, errors, shapes) for status, errors in by_status.items()}


def _first(status: int, errors: Mapping[str, SharkError], shapes: Shapes) -> Refusal:
    codes = tuple(sorted(errors))
    narrowed = {"properties": {"code": {"enum": list(codes)}, "status": {"const": status}}}
    schema = {"allOf": [shapes.ref(Error), {"properties": {"error": narrowed}}]}
    examples = {
        code: {"error": {"code": code, "message": errors[code].d1 or _MESSAGES[code], "status": status}}
        for code in codes
    }
    return Refusal(codes, json_content(schema, examples))


def _second(status: int, errors: Mapping[str, SharkError], shapes: Shapes) -> Refusal:
    codes = tuple(sorted(errors))
    examples: dict[str, Any] = {code: _text(errors[code]) for code in codes}
    if status == _FORBIDDEN:
        examples["revoked"] = {"error": _REVOKED}
    return Refusal(codes, json_content(shapes.ref(ErrorText), examples), f"{SECOND}-{status}")


def _text(error: SharkError) -> dict[str, str]:
    told = {"error": error.d2 or error.d1 or _MESSAGES[error.code]}
    return told | ({"code": error.code} if error.code in error.d2_code else {})
