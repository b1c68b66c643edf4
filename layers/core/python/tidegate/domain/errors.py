"""What can go wrong, one class per meaning, each with a stable ``code`` for the surfaces to map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class TidegateError(Exception):
    """The root of every error that a surface can show to its caller.

    ``code`` is stable and independent of any surface. ``message`` is safe to show. ``details`` holds
    plain JSON values for the caller, such as the field that was wrong.
    """

    code: ClassVar[str] = "internal"
    message: str

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details: Mapping[str, object] = {k: v for k, v in details.items() if v is not None}


class AuthenticationRequired(TidegateError):
    """No key was sent."""

    code = "authentication_required"


class AuthenticationFailed(TidegateError):
    """The key is unknown, expired, revoked or of another surface: the caller cannot tell which."""

    code = "authentication_failed"


class InsufficientPermissions(TidegateError):
    """The key lacks the scope."""

    code = "insufficient_permissions"


class AddressRateLimited(TidegateError):
    """Too many wrong keys came from this address. ``details``: ``limit`` and ``retry_after_seconds``."""

    code = "address_rate_limited"


class AddressNotAllowed(TidegateError):
    """The caller's address is not on the key's allowlist."""

    code = "address_not_allowed"


class KeyRevoked(AuthenticationFailed):
    """The key was revoked. Most surfaces tell no more than that it does not work."""


class AccountNotFound(TidegateError):
    """The key's account is gone."""

    code = "account_not_found"


class ContentPolicyViolation(TidegateError):
    """The operator's content policy refuses the request before it is accepted."""

    code = "content_policy_violation"


class AccountSuspended(TidegateError):
    """The operator takes no submits from this account at present."""

    code = "account_suspended"


class RateLimited(TidegateError):
    """The account used up its window. ``details``: ``limit``, ``reset_at`` and ``retry_after_seconds``."""

    code = "rate_limited"


class ConcurrencyLimited(TidegateError):
    """The account has as many generations in flight as its plan allows."""

    code = "concurrency_limited"


class InsufficientCredits(TidegateError):
    """The wallet's balance is below the price."""

    code = "insufficient_credits"


class InvalidInput(TidegateError):
    """A parameter is wrong. ``details["field"]`` names it."""

    code = "invalid_input"


class ParameterOutOfRange(InvalidInput):
    """A number lies outside the range that the model accepts."""

    code = "parameter_out_of_range"


class UnsafeInputUrl(InvalidInput):
    """An input file's URL names a private address, or leads to one."""

    code = "unsafe_url"


class FileDownloadFailed(InvalidInput):
    """An input file's URL was not answered with a file."""

    code = "file_download_error"


class UnsupportedFileFormat(InvalidInput):
    """An input file is not of a format that models read."""

    code = "unsupported_file_format"


class FileUnreadable(InvalidInput):
    """An input file begins as a picture, but cannot be read."""

    code = "file_load_error"


class FileSizeExceeded(InvalidInput):
    """An input file has too many bytes."""

    code = "file_size_exceeded"


class PictureTooLarge(InvalidInput):
    """A side of an input picture has too many pixels."""

    code = "file_too_large"


class PictureTooSmall(InvalidInput):
    """A side of an input picture has too few pixels."""

    code = "file_too_small"


class PayloadTooLarge(TidegateError):
    """The request body is larger than the surface allows."""

    code = "payload_too_large"


class ModelNotFound(TidegateError):
    """No such model, or it is of the other media type."""

    code = "model_not_found"


class UnsupportedProviderOrder(TidegateError):
    """The order of providers is not one that the model accepts."""

    code = "unsupported_provider_order"


class InvalidIdempotencyKey(TidegateError):
    """The idempotency key is malformed."""

    code = "invalid_idempotency_key"


class IdempotencyKeyReused(TidegateError):
    """The same idempotency key came with another body."""

    code = "idempotency_key_reused"


class IdempotencyInProgress(TidegateError):
    """The first request with this idempotency key is not finished."""

    code = "idempotency_in_progress"


class GenerationNotFound(TidegateError):
    """No such generation, or another account's: the caller cannot tell which."""

    code = "generation_not_found"


class GenerationNotCancelable(TidegateError):
    """The generation is already terminal."""

    code = "generation_not_cancelable"


class GenerationInProgress(TidegateError):
    """The generation has not ended: it has to be canceled first."""

    code = "generation_in_progress"


class RouteNotFound(TidegateError):
    """No such path."""

    code = "route_not_found"


class MethodNotAllowed(TidegateError):
    """The path exists, the method does not. ``details["allowed"]`` lists the methods."""

    code = "method_not_allowed"


class ServiceUnavailable(TidegateError):
    """A store that we depend on did not answer. Nothing was held."""

    code = "service_unavailable"


class SubmitOutcomeUnknown(TidegateError):
    """The answer of the store was lost: the generation may exist and its price may be held. Not retryable."""

    code = "submit_outcome_unknown"
