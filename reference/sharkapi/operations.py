"""The operations of the SharkApi surface: what each takes, answers and refuses (contracts: SharkApi §1)."""

from __future__ import annotations

from typing import Final

from reference.operation import Operation, Route
from reference.sharkapi.errors import SECOND
from reference.sharkapi.records import (
    Balance,
    Checkout,
    History,
    ImageJob,
    Job,
    NewToken,
    Submitted,
    SubmittedImage,
)

_HELD: Final = "Its price is held, and charged when it is complete; whatever else happens costs nothing."
_SUBMIT: Final = (
    "invalid_input",
    "invalid_mode",
    "prompt_too_long",
    "image_too_large",
    "invalid_image",
    "payload_too_large",
    "insufficient_credits",
    "account_suspended",
    "content_policy_violation",
    "concurrency_limited",
    "idempotency_key_reused",
    "idempotency_in_progress",
)
_POLL: Final = ("job_not_found", "route_not_found", "invalid_input")

OPERATIONS: Final[dict[Route, Operation]] = {
    ("POST", "/v1/generate"): Operation(
        "submit_job",
        "Jobs",
        "generation:write",
        "Submit a job",
        f"{_HELD} Poll it every two seconds.",
        Submitted,
        _SUBMIT,
        ("idempotency_key",),
        body="submit_job",
        status=202,
        replayed=True,
    ),
    ("GET", "/v1/jobs/{job_id}"): Operation(
        "get_job",
        "Jobs",
        "generation:read",
        "Get a job",
        "As it stands now, or as it ends while `wait` lasts; 200 whatever became of it.",
        Job,
        _POLL,
        ("job_id", "wait"),
    ),
    ("GET", "/v1/usage"): Operation(
        "list_jobs",
        "Jobs",
        "generation:read",
        "List past jobs",
        "Newest first, with what all of them come to. Of those in the time asked for, the newest 5,000.",
        History,
        ("invalid_input",),
        ("limit", "offset", "status", "mode", "from", "to"),
    ),
    ("GET", "/v1/wallet/balance"): Operation(
        "get_balance",
        "Wallet",
        "account:read",
        "Get the balance",
        "What jobs under way will cost is still in it.",
        Balance,
    ),
    ("POST", "/v1/wallet/topup"): Operation(
        "top_up",
        "Wallet",
        "account:read",
        "Top the wallet up",
        "Opens a page on which to pay by card; the wallet is credited when that is done.",
        Checkout,
        ("invalid_input", "payload_too_large", "top_up_unavailable"),
        body="top_up",
    ),
    ("POST", "/api/v1/image"): Operation(
        "submit_image",
        "Jobs (second dialect)",
        "generation:write",
        "Submit a job",
        _HELD,
        SubmittedImage,
        _SUBMIT,
        ("idempotency_key",),
        body="submit_image",
        status=202,
        replayed=True,
        dialect=SECOND,
    ),
    ("POST", "/api/keys"): Operation(
        "make_token",
        "Tokens",
        "account:read",
        "Make a token",
        "One that may do what the token that asks may, which must be everything. It is shown this once.",
        NewToken,
        ("invalid_input", "payload_too_large", "too_many_keys"),
        body="make_token",
        status=201,
        dialect=SECOND,
    ),
    ("GET", "/api/v1/jobs/{job_id}"): Operation(
        "get_image_job",
        "Jobs (second dialect)",
        "generation:read",
        "Get a job",
        "As it stands now, or as it ends while `wait` lasts; 200 whatever became of it.",
        ImageJob,
        _POLL,
        ("job_id", "wait"),
        dialect=SECOND,
    ),
}
