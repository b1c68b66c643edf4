"""What can go wrong on the SharkApi surface, and how both dialects say it.

D1 answers ``{"error": {code, message, status}}``, D2 ``{"error": text}``. Codes and texts are SharkApi's own
(docs: /docs/errors; validate-api-key, image route); those marked *ours* are for what it does not name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from tidegate.domain.errors import TidegateError


class InvalidMode(TidegateError):
    """The size is none that is sold. ``details["mode"]`` is what was asked for."""

    code = "invalid_mode"


class PromptTooLong(TidegateError):
    """The prompt has more than 2,000 characters."""

    code = "prompt_too_long"


class ImageTooLarge(TidegateError):
    """The source image has more than 10 MB."""

    code = "image_too_large"


class InvalidImage(TidegateError):
    """The source image is not what it must be. ``d2`` is what the other dialect says."""

    code = "invalid_image"


class JobNotFound(TidegateError):
    """No such job, or another account's."""

    code = "job_not_found"


class TopUpUnavailable(TidegateError):
    """The operator takes no payments by this way."""

    code = "top_up_unavailable"


@dataclass(frozen=True, slots=True)
class SharkError:
    """One error on the wire. Without a text of its own, the error's own message is shown."""

    code: str
    status: int
    d1: str | None = None
    d2: str | None = None
    d2_status: int | None = None
    d2_code: ClassVar[frozenset[str]] = frozenset({"INSUFFICIENT_BALANCE"})  # the only one that D2 sends


_SUSPENDED: Final = "Account is suspended."
_UNAVAILABLE: Final = "The service is temporarily unavailable. Please retry in 30 seconds."
INTERNAL: Final = SharkError("INTERNAL_ERROR", 500, d2="Failed to create job.")
SERVICE_UNAVAILABLE: Final = SharkError("SERVICE_UNAVAILABLE", 503)

ERRORS: Final[Mapping[str, SharkError]] = {
    "authentication_required": SharkError(
        "UNAUTHORIZED", 401, "Missing or malformed Authorization header.", "Missing X-API-Key header."
    ),
    "authentication_failed": SharkError(
        "INVALID_TOKEN", 401, "The API token is unknown or has been revoked.", "Invalid API key."
    ),
    "account_not_found": SharkError("INVALID_TOKEN", 401, None, "User profile not found.", d2_status=403),
    "account_suspended": SharkError("ACCOUNT_SUSPENDED", 403, None, _SUSPENDED),
    "insufficient_permissions": SharkError("INSUFFICIENT_PERMISSIONS", 403),  # ours
    "address_not_allowed": SharkError("ADDRESS_NOT_ALLOWED", 403),  # ours
    "insufficient_credits": SharkError(
        "INSUFFICIENT_BALANCE",
        402,
        "Your wallet balance is too low to process this request.",
        "Insufficient wallet balance.",
    ),
    "rate_limited": SharkError("RATE_LIMIT_EXCEEDED", 429),
    "address_rate_limited": SharkError("RATE_LIMIT_EXCEEDED", 429),
    "concurrency_limited": SharkError("RATE_LIMIT_EXCEEDED", 429),
    "invalid_input": SharkError("INVALID_REQUEST", 400),
    "parameter_out_of_range": SharkError("INVALID_REQUEST", 400),
    "invalid_mode": SharkError("INVALID_MODE", 400, d2_status=422),
    "prompt_too_long": SharkError("PROMPT_TOO_LONG", 400),
    "image_too_large": SharkError("IMAGE_TOO_LARGE", 400),
    "invalid_image": SharkError("INVALID_IMAGE_FORMAT", 400),
    "unsafe_url": SharkError("INVALID_REQUEST", 400, None, "Invalid image_url."),
    "file_download_error": SharkError("INVALID_REQUEST", 400),
    "payload_too_large": SharkError("IMAGE_TOO_LARGE", 400, d2="image exceeds maximum allowed size."),
    "content_policy_violation": SharkError("CONTENT_MODERATED", 422),
    "job_not_found": SharkError("JOB_NOT_FOUND", 404, None, "Job not found."),
    "route_not_found": SharkError("NOT_FOUND", 404),  # ours
    "method_not_allowed": SharkError("METHOD_NOT_ALLOWED", 405),  # ours
    "too_many_keys": SharkError("TOO_MANY_KEYS", 409),  # ours
    "invalid_idempotency_key": SharkError("INVALID_REQUEST", 400),
    "idempotency_key_reused": SharkError("IDEMPOTENCY_KEY_REUSED", 409),  # ours
    "idempotency_in_progress": SharkError("IDEMPOTENCY_IN_PROGRESS", 409),  # ours
    "model_not_found": SharkError("SERVICE_UNAVAILABLE", 503, _UNAVAILABLE, _UNAVAILABLE),  # misconfigured
    "unsupported_provider_order": SharkError("SERVICE_UNAVAILABLE", 503, _UNAVAILABLE, _UNAVAILABLE),
    "top_up_unavailable": SERVICE_UNAVAILABLE,
    "service_unavailable": SERVICE_UNAVAILABLE,
    "submit_outcome_unknown": SERVICE_UNAVAILABLE,
    "internal": INTERNAL,
}
