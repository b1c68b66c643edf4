"""The seventeen operations: what each takes, answers and refuses (contracts §1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from reference.babysea import account, content, health, library
from reference.babysea.examples import EXAMPLES

# What any request may get, in our own codes (tidegate.surfaces.babysea.errors).
_ANY: Final = (
    "authentication_required",
    "authentication_failed",
    "address_rate_limited",
    "insufficient_permissions",
    "address_not_allowed",
    "rate_limited",
    "internal",
    "service_unavailable",
)
_INPUT_FILE: Final = (
    "file_too_large",
    "file_too_small",
    "unsupported_file_format",
    "file_load_error",
    "file_size_exceeded",
    "file_download_error",
    "unsafe_url",
)
_OF_GENERATION: Final = ("generation_not_found", "route_not_found")  # what is no id at all is another path
_GENERATE: Final = (
    "insufficient_credits",
    "account_not_found",
    "account_suspended",
    "concurrency_limited",
    "invalid_input",
    *_INPUT_FILE,
    "content_policy_violation",
    "parameter_out_of_range",
    "payload_too_large",
    "model_not_found",
    "route_not_found",
    "unsupported_provider_order",
    "invalid_idempotency_key",
    "idempotency_key_reused",
    "idempotency_in_progress",
    "submit_outcome_unknown",
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``takes`` names its parameters and body in ``reference.babysea.inputs``."""

    operation_id: str
    tag: str
    scope: str
    summary: str
    description: str
    answers: tuple[type, ...]
    refuses: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    body: str | None = None
    beside: dict[str, Any] = field(default_factory=dict)  # what stands next to ``data``
    message: str = "OK"

    @property
    def errors(self) -> tuple[str, ...]:
        """Everything that it may refuse a request with."""
        return (*_ANY, *self.refuses)

    @property
    def examples(self) -> dict[str, dict[str, object]]:
        """Data that it answers, by name."""
        return EXAMPLES[self.operation_id]


_PAGE: Final = {
    "total": {"type": "integer", "minimum": 0, "description": "All records of the account."},
    "limit": {"type": "integer", "minimum": 1, "maximum": 100},
    "offset": {"type": "integer", "minimum": 0},
}

OPERATIONS: Final[dict[tuple[str, str], Operation]] = {
    ("GET", "/v1/status"): Operation(
        "get_status",
        "Account",
        "account:read",
        "Whose key is this?",
        "Tells account and key.",
        (account.Status,),
        message="API connected successfully",
    ),
    ("GET", "/v1/usage"): Operation(
        "get_usage",
        "Account",
        "account:read",
        "What was used?",
        "Requests, generations and costs of the last days, counted, not estimated.",
        (account.Usage,),
        refuses=("invalid_input", "account_not_found"),
        takes=("days",),
        message="Usage retrieved",
    ),
    ("GET", "/v1/user/account"): Operation(
        "get_account",
        "Account",
        "account:read",
        "Who pays?",
        "Tells the account's name and address.",
        (account.Account,),
        refuses=("account_not_found",),
        message="Account retrieved",
    ),
    ("GET", "/v1/user/billing"): Operation(
        "get_billing",
        "Account",
        "account:read",
        "What can be spent?",
        "Tells the balance.",
        (account.Billing,),
        refuses=("account_not_found",),
        message="Billing retrieved",
    ),
    ("GET", "/v1/estimate/{model_identifier+}"): Operation(
        "estimate",
        "Library",
        "library:read",
        "What would it cost?",
        "Prices generations of a model without holding anything. A submit with the same parameters is "
        "charged exactly `cost_per_generation`. A video model needs `duration`; a parameter that the model "
        "does not take is refused.",
        (account.Estimate,),
        refuses=(
            "invalid_input",
            "parameter_out_of_range",
            "model_not_found",
            "route_not_found",
            "account_not_found",
        ),
        takes=("any_model", "count", "duration", "resolution", "audio"),
        message="Estimate calculated",
    ),
    ("POST", "/v1/generate/image/{model_identifier+}"): Operation(
        "generate_image",
        "Generations",
        "generation:write",
        "Generate an image",
        "Holds the price, and answers at once with an id to ask for; the rest happens in the background. "
        "Send an `Idempotency-Key` to make this safe to repeat: within 24 hours the same key and body answer "
        "with the first generation.",
        (content.Started, content.CanceledBefore),
        refuses=_GENERATE,
        takes=("image_model", "idempotency_key", "test_outcome"),
        body="image",
        message="Generation initialized",
    ),
    ("POST", "/v1/generate/video/{model_identifier+}"): Operation(
        "generate_video",
        "Generations",
        "generation:write",
        "Generate a video",
        "As for an image; `generation_duration` is required.",
        (content.Started, content.CanceledBefore),
        refuses=_GENERATE,
        takes=("video_model", "idempotency_key", "test_outcome"),
        body="video",
        message="Generation initialized",
    ),
    ("GET", "/v1/content/list"): Operation(
        "list_generations",
        "Generations",
        "generation:read",
        "List generations",
        "Newest first. `total` counts all records of the account.",
        (content.GenerationPage,),
        refuses=("invalid_input", "account_not_found"),
        takes=("limit", "offset"),
        beside=_PAGE,
        message="Generations retrieved",
    ),
    ("GET", "/v1/content/{generation_id}"): Operation(
        "get_generation",
        "Generations",
        "generation:read",
        "Get a generation",
        "Poll this until `generation_status` is `succeeded`, `failed` or `canceled`; or wait for a webhook.",
        (content.Generation,),
        refuses=_OF_GENERATION,
        takes=("generation_id",),
    ),
    ("DELETE", "/v1/content/{generation_id}"): Operation(
        "delete_generation",
        "Generations",
        "generation:delete",
        "Delete a generation's files",
        "Removes them for good; the record stays. A second time answers 200 and `files_deleted: 0`.",
        (content.Removal,),
        refuses=(*_OF_GENERATION, "generation_in_progress"),
        takes=("generation_id",),
        message="Generation files deleted",
    ),
    ("POST", "/v1/content/generation/cancel/{generation_id}"): Operation(
        "cancel_generation",
        "Generations",
        "generation:delete",
        "Cancel a generation",
        "Stops what has not ended, and gives its price back. Takes no body.",
        (content.Cancellation,),
        refuses=(*_OF_GENERATION, "generation_not_cancelable"),
        takes=("generation_id",),
        message="Generation canceled",
    ),
    ("GET", "/v1/library/providers"): Operation(
        "list_providers",
        "Library",
        "library:read",
        "List providers",
        "Who runs generations, and how.",
        (library.Providers,),
        message="Providers retrieved",
    ),
    ("GET", "/v1/library/models"): Operation(
        "list_models",
        "Library",
        "library:read",
        "List models",
        "What can be ordered today, what each accepts and costs.",
        (library.Models,),
        message="Models retrieved",
    ),
    ("GET", "/v1/health/inference/providers"): Operation(
        "get_provider_health",
        "Health",
        "health:read",
        "How do the providers do?",
        "Measured over the recent attempts. Answers 200 whether healthy or not.",
        (health.HealthProviders,),
    ),
    ("GET", "/v1/health/inference/models"): Operation(
        "get_model_health",
        "Health",
        "health:read",
        "Who serves which model?",
        "Answers 200 whether healthy or not.",
        (health.HealthModels,),
    ),
    ("GET", "/v1/health/storage"): Operation(
        "get_storage_health",
        "Health",
        "health:read",
        "Can outputs be stored?",
        "Measured now. Answers 200 whether healthy or not.",
        (health.HealthStorage,),
    ),
    ("GET", "/v1/health/cache"): Operation(
        "get_cache_health",
        "Health",
        "health:read",
        "Can state be read?",
        "Measured now. Answers 200 whether healthy or not.",
        (health.HealthCache,),
    ),
}
