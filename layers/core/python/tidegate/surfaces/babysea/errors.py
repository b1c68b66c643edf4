"""Every error on the BabySea wire, in one table: our code → its code, type, status and whether to retry.

Codes up to BSE2010, BSE2015 and BSE2016 are BabySea's own; the others are not documented and follow the
proposals of contracts §2.4. BSE1010, BSE3004, BSE3005 and BSE5003 are ours. ``docs/errors.md`` shows the
table with the ways to provoke each row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class WireError:
    """How one error looks to the caller. The SDK trusts ``retryable`` more than the status."""

    code: str
    type: str
    status: int
    retryable: bool = False


INTERNAL: Final = WireError("BSE5001", "internal_error", 500, retryable=True)
UNAVAILABLE: Final = WireError("BSE5002", "service_unavailable", 503, retryable=True)
_PROVIDER_ERROR: Final = WireError("BSE4001", "provider_error", 502, retryable=True)
_PROVIDER_TIMEOUT: Final = WireError("BSE4002", "provider_timeout", 504, retryable=True)
_PROVIDER_UNAVAILABLE: Final = WireError("BSE4004", "provider_unavailable", 503, retryable=True)

ERRORS: Final[Mapping[str, WireError]] = {
    # Who is calling
    "authentication_required": WireError("BSE1001", "authentication_required", 401),
    "authentication_failed": WireError("BSE1002", "authentication_failed", 401),
    "insufficient_permissions": WireError("BSE1003", "insufficient_permissions", 403),
    "insufficient_credits": WireError("BSE1004", "insufficient_credits", 402),
    "rate_limited": WireError("BSE1005", "rate_limit_exceeded", 429, retryable=True),
    "address_rate_limited": WireError("BSE1006", "auth_rate_limited", 429, retryable=True),
    "address_not_allowed": WireError("BSE1007", "ip_not_allowed", 403),
    "account_not_found": WireError("BSE1008", "account_not_found", 404),
    "account_suspended": WireError("BSE1010", "account_suspended", 403),
    "concurrency_limited": WireError("BSE1009", "concurrency_limit_exceeded", 429, retryable=True),
    # What was sent
    "invalid_input": WireError("BSE2001", "invalid_input", 400),
    "file_too_large": WireError("BSE2002", "file_too_large", 422),
    "file_too_small": WireError("BSE2003", "file_too_small", 422),
    "unsupported_file_format": WireError("BSE2004", "unsupported_file_format", 422),
    "file_load_error": WireError("BSE2005", "file_load_error", 422),
    "content_policy_violation": WireError("BSE2006", "content_policy_violation", 422),
    "file_size_exceeded": WireError("BSE2007", "file_size_exceeded", 422),
    "parameter_out_of_range": WireError("BSE2008", "parameter_out_of_range", 422),
    "file_download_error": WireError("BSE2009", "file_download_error", 422),
    "payload_too_large": WireError("BSE2010", "payload_too_large", 413),
    "model_not_found": WireError("BSE2011", "model_not_found", 404),
    "unsupported_provider_order": WireError("BSE2012", "unsupported_provider_order", 400),
    "unsafe_url": WireError("BSE2013", "unsafe_url", 422),
    "invalid_idempotency_key": WireError("BSE2014", "invalid_idempotency_key", 400),
    "idempotency_key_reused": WireError("BSE2015", "idempotency_key_reused", 409),
    "idempotency_in_progress": WireError("BSE2016", "idempotency_in_progress", 409, retryable=True),
    # What it is about
    "generation_not_found": WireError("BSE3001", "generation_not_found", 404),
    "generation_not_cancelable": WireError("BSE3002", "generation_not_cancelable", 409),
    "generation_in_progress": WireError("BSE3003", "generation_in_progress", 409),
    "route_not_found": WireError("BSE3004", "route_not_found", 404),
    "method_not_allowed": WireError("BSE3005", "method_not_allowed", 405),
    # What the providers answered: failure codes of attempts
    "provider_error": _PROVIDER_ERROR,
    "provider_canceled": _PROVIDER_ERROR,
    "provider_timeout": _PROVIDER_TIMEOUT,
    "unknown_outcome": _PROVIDER_TIMEOUT,
    "provider_rate_limited": WireError("BSE4003", "provider_rate_limited", 503, retryable=True),
    "provider_unavailable": _PROVIDER_UNAVAILABLE,
    "provider_model_unavailable": _PROVIDER_UNAVAILABLE,
    "provider_auth": _PROVIDER_UNAVAILABLE,  # our key there is refused: nothing that the caller can mend
    "provider_credits_exhausted": WireError("BSE4005", "provider_credits_exhausted", 503),
    "all_providers_failed": WireError("BSE4006", "all_providers_failed", 502, retryable=True),
    "content_policy": WireError("BSE4007", "provider_content_rejected", 422),
    "provider_invalid_response": WireError("BSE4008", "provider_invalid_response", 502, retryable=True),
    # Our own
    "internal": INTERNAL,
    "service_unavailable": UNAVAILABLE,
    "submit_outcome_unknown": WireError("BSE5003", "submit_outcome_unknown", 503),
}
UNNAMED_FAILURE: Final = "The generation failed."  # where a failed generation holds no message


def generation_error(code: str) -> WireError:
    """Return the wire's error for the stored code of a generation's failure, or of one provider's."""
    return ERRORS.get(code, _PROVIDER_ERROR)


def generation_error_code(code: str) -> str:
    """Return the ``generation_error_code`` of a failed generation for its stored error code."""
    return generation_error(code).code
