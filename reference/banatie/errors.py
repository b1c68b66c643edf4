"""The errors of Banatie's surface, with an example of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reference.answers import Refusal
from reference.banatie.operations.terms import MASTER
from reference.banatie.records import Error
from reference.openapi import json_content
from reference.operation import Operation
from reference.shapes import Shapes
from tidegate.surfaces.banatie.errors import ERRORS

# What any request with a key may get, in our own codes; of the surface's two kinds of keys one is needed.
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
    "PROJECT_NOT_FOUND": "Project not found",
    "ORGANIZATION_NOT_FOUND": "Organization not found",
    "KEY_NOT_FOUND": "Key not found",
    "SLUG_ALREADY_EXISTS": "There is an organization acme already.",
    "TOO_MANY_KEYS": "The account has 100 working keys: revoke one first.",
    "SCOPE_NOT_FOUND": "Scope not found",
    "SCOPE_INVALID_FORMAT": "A scope has 1 to 64 letters, digits, hyphens or underscores.",
    "SCOPE_ALREADY_EXISTS": "Scope already exists",
    "IMAGE_NOT_IN_SCOPE": "The image is not in this scope.",
    "IP_RATE_LIMIT_EXCEEDED": "Too many new pictures from this address.",
    "SCOPE_GENERATION_LIMIT_EXCEEDED": "The scope has as many pictures as it may have.",
    "SIGNATURE_INVALID": "The signature does not belong to this URL.",
    "SIGNATURE_EXPIRED": "The URL has expired.",
}
# Where one code says several things: what our own code has it say.
_INSTEAD: Final = {
    "master_key_required": "Master key required",
    "bootstrap_closed": "The bootstrap is closed: the operator makes master keys.",
    "scope_closed": "No new pictures are made here.",
}


def refusals(operation: Operation, shapes: Shapes) -> Mapping[int, Refusal]:
    """Everything that an operation may refuse a request with, by HTTP status."""
    by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys((*_any(operation), *operation.refuses)):
        by_status.setdefault(ERRORS[code].status, []).append(code)
    return {status: _refusal(ours, shapes) for status, ours in by_status.items()}


def _any(operation: Operation) -> tuple[str, ...]:
    """What may come of any request of this kind."""
    if not operation.keyed:
        return ("internal",)
    return (*_ANY, "master_key_required" if MASTER in operation.keys else "project_key_required")


def _refusal(ours: list[str], shapes: Shapes) -> Refusal:
    codes = tuple(sorted({ERRORS[code].code for code in ours}))
    narrowed = {"properties": {"error": {"properties": {"code": {"enum": list(codes)}}}}}
    schema = {"allOf": [shapes.ref(Error), narrowed]}
    special = [code for code in ours if code in _INSTEAD]
    messages = _MESSAGES | {ERRORS[code].code: _INSTEAD[code] for code in special}
    examples = {
        code: {"success": False, "error": {"message": messages[code], "code": code}} for code in codes
    }
    return Refusal(codes, json_content(schema, examples), "-".join(special))
