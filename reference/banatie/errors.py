"""The errors of Banatie's surface, with an example of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reference.answers import Refusal
from reference.banatie.records import Error
from reference.openapi import json_content
from reference.operation import Operation
from reference.shapes import Shapes
from tidegate.surfaces.banatie.errors import ERRORS

# What any request with a key may get, in our own codes.
_ANY: Final = (
    "authentication_required",
    "authentication_failed",
    "account_not_found",
    "address_rate_limited",
    "insufficient_permissions",
    "address_not_allowed",
    "project_key_required",
    "rate_limited",
    "internal",
    "service_unavailable",
)
_MESSAGES: Final = {
    "VALIDATION_ERROR": "Prompt is required",
    "UNAUTHORIZED": "The API key is not valid.",
    "FORBIDDEN": "Project key required",
    "RATE_LIMIT_EXCEEDED": "Rate limit exceeded. Please retry after the period indicated in Retry-After.",
    "GENERATION_NOT_FOUND": "Generation not found",
    "FLOW_NOT_FOUND": "Flow not found",
    "IMAGE_NOT_FOUND": "Image not found",
    "ALIAS_NOT_FOUND": "Alias not found",
    "ALIAS_CONFLICT": "Alias already exists",
    "INTERNAL_ERROR": "An internal error occurred.",
    "INSUFFICIENT_CREDITS": "Insufficient credits.",
    "NOT_FOUND": "There is no such path.",
    "PAYLOAD_TOO_LARGE": "The request body may have at most 102400 bytes.",
    "GENERATION_IN_PROGRESS": "The generation is running: change it when it has ended.",
    "IDEMPOTENCY_KEY_REUSED": "This Idempotency-Key was used with a different request body.",
    "IDEMPOTENCY_IN_PROGRESS": "A request with this Idempotency-Key is still being processed.",
    "CONCURRENCY_LIMIT_EXCEEDED": "Too many generations are in flight.",
    "SERVICE_UNAVAILABLE": "A service that we depend on did not answer.",
}


def refusals(operation: Operation, shapes: Shapes) -> Mapping[int, Refusal]:
    """Everything that an operation may refuse a request with, by HTTP status."""
    codes = (*(_ANY if operation.scope else ("internal",)), *operation.refuses)
    errors = dict.fromkeys(ERRORS[code] for code in codes)
    statuses = dict.fromkeys(error.status for error in errors)
    return {
        status: _refusal(tuple(sorted(e.code for e in errors if e.status == status)), shapes)
        for status in statuses
    }


def _refusal(codes: tuple[str, ...], shapes: Shapes) -> Refusal:
    narrowed = {"properties": {"error": {"properties": {"code": {"enum": list(codes)}}}}}
    schema = {"allOf": [shapes.ref(Error), narrowed]}
    examples = {
        code: {"success": False, "error": {"message": _MESSAGES[code], "code": code}} for code in codes
    }
    return Refusal(codes, json_content(schema, examples))
