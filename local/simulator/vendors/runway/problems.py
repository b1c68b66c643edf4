"""Runway's error answers: ``{"error", "docUrl"}``, with ``issues`` for an input that does not fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from local.simulator.jobs import Doom, Job
from local.simulator.responses import ingress_page

_DOCS: Final = "https://docs.dev.runwayml.com/errors/errors"
_TEXTS: Final = {
    400: "Validation of body failed",
    401: "Incorrect hashed key for token.",
    403: "You do not have permission to perform this action.",
    404: "Not Found",
    405: "Method Not Allowed",
    422: "Validation of body failed",
    429: "Too many requests.",
    500: "An internal error occurred.",
    "billing": "You do not have enough credits to run this task.",
    "daily_limit": "You have reached the daily task limit for this model.",
}
_STATUS: Final = {402: 400, 422: 400, "billing": 400, "daily_limit": 429}
_FAILURES: Final = {
    Doom.MODERATION: ("SAFETY.INPUT.TEXT", "Your prompt was blocked by our content moderation."),
    Doom.NSFW: ("SAFETY.OUTPUT.VIDEO", "The output was blocked by our content moderation."),
    Doom.MODEL: ("INTERNAL.BAD_OUTPUT.CODE01", "An unexpected error occurred."),
    Doom.INFRASTRUCTURE: ("INTERNAL", "An unexpected error occurred."),
}


def problem(
    word: int | str, issues: Iterable[Mapping[str, Any]] = (), retry_after_s: float | None = None
) -> Response:
    """The vendor's answer with that status, or for that word."""
    if word in {502, 503, 504}:
        return ingress_page(int(word))
    known = "billing" if word == 402 else word  # noqa: PLR2004
    body: dict[str, Any] = {"error": _TEXTS.get(known, str(word)), "docUrl": _DOCS}
    if listed := list(issues):
        body["issues"] = listed
    headers = {} if retry_after_s is None else {"retry-after": str(round(retry_after_s))}
    status = _STATUS.get(word, word)
    return JSONResponse(body, status if isinstance(status, int) else 400, headers)


def refusal(word: int | str, retry_after_s: float | None) -> Response:
    """The answer for a status, for an empty account, or of one word."""
    return problem(word, retry_after_s=retry_after_s)


def invalid(errors: Iterable[Mapping[str, Any]]) -> Response:
    """The 400 of an input that does not fit."""
    issues = [
        {"message": error["msg"], "path": list(error["loc"]), "code": error["type"]} for error in errors
    ]
    return problem(400, issues)


def end_of(job: Job) -> dict[str, str]:
    """Why a task failed. Only the first two parts of a code are stable."""
    code, text = _FAILURES[job.doom or Doom.MODEL]
    return {"failureCode": job.faults.code("failed_with") or code, "failure": text}
