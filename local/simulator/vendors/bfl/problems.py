"""BFL's error answers: ``{"error", "message", "details"}``; FastAPI's ``{"detail": …}`` for an input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from local.simulator.jobs import Doom, Job
from local.simulator.responses import ingress_page

_TEXTS: Final = {
    400: ("invalid_request", "The request could not be read."),
    401: ("authentication_error", "The API key is missing."),
    402: ("insufficient_credits", "Insufficient credits. Please add credits to your account."),
    403: ("authentication_error", "Not authenticated - Invalid Authentication"),
    404: ("not_found", "Not Found"),
    422: ("invalid_request", "The input could not be validated."),
    429: ("rate_limit_exceeded", "Too many active tasks."),
    500: ("internal_error", "An internal error occurred."),
}
_ACTIVE_TASKS: Final = 24
# What a task shows that ended without a picture.
STATUSES: Final = {
    Doom.MODERATION: "Request Moderated",
    Doom.NSFW: "Content Moderated",
    Doom.MODEL: "Error",
    Doom.INFRASTRUCTURE: "Failed",
}
_CODES: Final = {
    Doom.MODERATION: "content_policy_violation",
    Doom.NSFW: "content_policy_violation",
    Doom.MODEL: "internal_error",
    Doom.INFRASTRUCTURE: "generation_timeout",
}


def code_of(job: Job) -> str:
    """The code of a task that failed."""
    return job.faults.code("failed_with") or _CODES[job.doom or Doom.MODEL]


def problem(status: int, retry_after_s: float | None = None) -> Response:
    """The vendor's answer with that status."""
    code, message = _TEXTS[status]
    body: dict[str, Any] = {"error": code, "message": message, "details": None}
    headers: dict[str, str] = {}
    if status == 429:  # noqa: PLR2004
        headers = {"x-ratelimit-limit": str(_ACTIVE_TASKS), "x-ratelimit-remaining": "0"}
    if retry_after_s is not None:
        body["retry_after"] = round(retry_after_s)
        headers["retry-after"] = str(round(retry_after_s))
    return JSONResponse(body, status, headers)


def refusal(word: int | str, retry_after_s: float | None) -> Response:
    """The answer for a status, for an empty account, or of one code."""
    if word in {502, 503, 504}:
        return ingress_page(int(word))
    if isinstance(word, int):
        return problem(word, retry_after_s)
    if word == "billing":
        return problem(402)
    return JSONResponse({"error": word, "message": word.replace("_", " "), "details": None}, 400)


def invalid(errors: Iterable[Mapping[str, Any]]) -> Response:
    """The 422 of an input that does not fit, as FastAPI words it."""
    detail = [
        {"loc": ["body", *error["loc"]], "msg": error["msg"], "type": error["type"]} for error in errors
    ]
    return JSONResponse({"detail": detail}, 422)
