"""Every error on the Banatie wire, in one table: our code → its code and status (contracts: Banatie §2).

The codes of the hosted product come first. Those after ``ours`` say what it has no word for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class WireError:
    """How one error looks to the caller."""

    code: str
    status: int


INTERNAL: Final = WireError("INTERNAL_ERROR", 500)
VALIDATION: Final = WireError("VALIDATION_ERROR", 400)
UNAUTHORIZED: Final = WireError("UNAUTHORIZED", 401)
FORBIDDEN: Final = WireError("FORBIDDEN", 403)
UNAVAILABLE: Final = WireError("SERVICE_UNAVAILABLE", 503)
RATE_LIMITED: Final = WireError("RATE_LIMIT_EXCEEDED", 429)

ERRORS: Final[Mapping[str, WireError]] = {
    "authentication_required": UNAUTHORIZED,
    "authentication_failed": UNAUTHORIZED,
    "key_revoked": UNAUTHORIZED,
    "account_not_found": UNAUTHORIZED,
    "address_not_allowed": FORBIDDEN,
    "insufficient_permissions": FORBIDDEN,
    "project_key_required": FORBIDDEN,
    "master_key_required": FORBIDDEN,
    "bootstrap_closed": FORBIDDEN,
    "account_suspended": FORBIDDEN,
    "address_rate_limited": RATE_LIMITED,
    "rate_limited": RATE_LIMITED,
    "invalid_input": VALIDATION,
    "parameter_out_of_range": VALIDATION,
    "upload_too_large": VALIDATION,
    "content_policy_violation": VALIDATION,
    "invalid_idempotency_key": VALIDATION,
    "library_generation_not_found": WireError("GENERATION_NOT_FOUND", 404),
    "flow_not_found": WireError("FLOW_NOT_FOUND", 404),
    "image_not_found": WireError("IMAGE_NOT_FOUND", 404),
    "alias_not_found": WireError("ALIAS_NOT_FOUND", 404),
    "project_not_found": WireError("PROJECT_NOT_FOUND", 404),
    "organization_not_found": WireError("ORGANIZATION_NOT_FOUND", 404),
    "key_not_found": WireError("KEY_NOT_FOUND", 404),
    "alias_taken": WireError("ALIAS_CONFLICT", 409),
    "scope_not_found": WireError("SCOPE_NOT_FOUND", 404),
    "scope_format_invalid": WireError("SCOPE_INVALID_FORMAT", 400),
    "scope_taken": WireError("SCOPE_ALREADY_EXISTS", 409),
    "image_not_in_scope": WireError("IMAGE_NOT_IN_SCOPE", 400),
    "live_address_limited": WireError("IP_RATE_LIMIT_EXCEEDED", 429),
    "scope_limited": WireError("SCOPE_GENERATION_LIMIT_EXCEEDED", 429),
    "scope_closed": FORBIDDEN,
    "live_picture_failed": INTERNAL,
    "internal": INTERNAL,
    # ours
    "signature_refused": WireError("SIGNATURE_INVALID", 403),
    "signature_expired": WireError("SIGNATURE_EXPIRED", 403),
    "insufficient_credits": WireError("INSUFFICIENT_CREDITS", 402),
    "route_not_found": WireError("NOT_FOUND", 404),
    "method_not_allowed": WireError("METHOD_NOT_ALLOWED", 405),
    "payload_too_large": WireError("PAYLOAD_TOO_LARGE", 413),
    "slug_taken": WireError("SLUG_ALREADY_EXISTS", 409),
    "too_many_keys": WireError("TOO_MANY_KEYS", 409),
    "generation_in_progress": WireError("GENERATION_IN_PROGRESS", 409),
    "idempotency_key_reused": WireError("IDEMPOTENCY_KEY_REUSED", 409),
    "idempotency_in_progress": WireError("IDEMPOTENCY_IN_PROGRESS", 409),
    "concurrency_limited": WireError("CONCURRENCY_LIMIT_EXCEEDED", 429),
    "model_not_found": UNAVAILABLE,  # the operator's choice of models names one that is not offered
    "unsupported_provider_order": UNAVAILABLE,
    "service_unavailable": UNAVAILABLE,
    "submit_outcome_unknown": UNAVAILABLE,
}
