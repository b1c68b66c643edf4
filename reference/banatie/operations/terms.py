"""What several operations ask for, say, take or refuse (in our own codes)."""

from __future__ import annotations

from typing import Final

# The ways to show who calls, by the names that the document gives them.
KEY: Final = "key"
MASTER: Final = "master"
BOOTSTRAP: Final = "bootstrapSecret"

PAGE: Final = ("limit", "offset")
WAITS: Final = (
    "Answers when the picture is there or has failed, else after 25 s with the state that it is in."
)
# What a path parameter of another form is: another path.
BY_ID: Final = ("library_generation_not_found", "route_not_found")
OF_FLOW: Final = ("flow_not_found", "route_not_found")
OF_IMAGE: Final = ("image_not_found", "flow_not_found", "route_not_found", "invalid_input")
OF_SCOPE: Final = ("scope_not_found", "route_not_found")
OF_BODY: Final = ("invalid_input", "payload_too_large")
# What it takes to pay for a picture.
PAYS: Final = (
    "content_policy_violation",
    "insufficient_credits",
    "account_suspended",
    "concurrency_limited",
    "submit_outcome_unknown",
)
RUNS: Final = (
    *OF_BODY,
    *PAYS,
    "flow_not_found",
    "image_not_found",
    "alias_taken",
    "generation_in_progress",
)
CREATES: Final = (
    "invalid_idempotency_key",
    "idempotency_key_reused",
    "idempotency_in_progress",
    "library_generation_not_found",  # what a repeated key made is deleted
)
