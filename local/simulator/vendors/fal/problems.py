"""fal's error answers: of the model (a list of details) and of the platform (a text and an `error_type`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import JSONResponse, Response

from local.simulator.jobs import Doom, Job, State
from local.simulator.responses import ingress_page

_DETAILS = {
    401: "No user found for Key ID and Secret",
    402: "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.",
    403: "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.",
    404: "Application not found",
    429: "Too many requests. Please try again later.",
    500: "Internal Server Error",
}


# The statuses of its codes: of the platform, which runs the model, and of the model itself.
_PLATFORM = {
    "request_timeout": 504,
    "startup_timeout": 504,
    "runner_scheduling_failure": 503,
    "runner_connection_timeout": 503,
    "runner_connection_refused": 503,
    "runner_disconnected": 503,
}
_MODEL = {
    "downstream_service_error": 400,
    "downstream_service_unavailable": 500,
    "internal_server_error": 500,
}
_FLAGGED = "The content could not be processed because it contained material flagged by a content checker."


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended badly: what the result call answers, and the status' `error` and `error_type`."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def error_type(self) -> str | None:
        """The platform's error type; None when the model itself refused."""
        return self.body.get("error_type")


def problem(status: int, detail: str | None = None, retry_after_s: float | None = None) -> Response:
    """The answer with that status before a request exists."""
    if status in {502, 503, 504}:
        return ingress_page(status)
    if status == 422:  # noqa: PLR2004
        return JSONResponse({"detail": [_detail("value_error", "Value error", ["body"])]}, 422)
    headers = {} if retry_after_s is None else {"retry-after": str(round(retry_after_s))}
    return JSONResponse({"detail": detail or _DETAILS[status]}, status, headers)


def coded(code: str) -> Outcome:
    """The answer of that code; one that is not known is a refusal by the model."""
    said = code.replace("_", " ").capitalize()
    if code in _PLATFORM:
        return _platform(_PLATFORM[code], said, code)
    return _model(_MODEL.get(code, 422), [_detail(code, said, ["body"])])


def outcome(job: Job) -> Outcome | None:
    """How a final job ended, None when it ended well."""
    if job.state is State.CANCELED:
        return _platform(499, "Request was cancelled by the client", "client_cancelled")
    if job.state is State.ABORTED:
        ended = _platform(504, "Request timed out", "request_timeout")
        return Outcome(ended.status, ended.body, {**ended.headers, "x-fal-request-timeout-type": "user"})
    return _failure(job) if job.state is State.FAILED else None


def _failure(job: Job) -> Outcome:
    if code := job.faults.code("failed_with"):
        return coded(code)
    match job.doom:
        case Doom.INFRASTRUCTURE:
            return _platform(503, "Runner disconnected", "runner_disconnected")
        case Doom.INVALID_INPUT:
            return _model(422, [_located(error) for error in job.errors])
        case Doom.MODERATION | Doom.NSFW:
            return _model(
                422, [_detail("content_policy_violation", _FLAGGED, ["body", "prompt"], job.prompt)]
            )
    return _model(500, [_detail("internal_server_error", "Internal server error", ["body"])])


def _model(status: int, details: Sequence[Mapping[str, Any]]) -> Outcome:
    return Outcome(status, {"detail": details}, {"x-fal-retryable": "false"})


def _platform(status: int, detail: str, error_type: str) -> Outcome:
    return Outcome(status, {"detail": detail, "error_type": error_type}, {"x-fal-error-type": error_type})


def _located(error: Mapping[str, Any]) -> dict[str, Any]:
    """A validation error as FastAPI shows it: pydantic's own, located in the body."""
    return {**error, "loc": ["body", *error["loc"]]}


def _detail(kind: str, message: str, where: Sequence[str], given: object = None) -> dict[str, Any]:
    return {
        "loc": list(where),
        "msg": message,
        "type": kind,
        "url": f"https://docs.fal.ai/errors#{kind}",
        "input": given,
    }
