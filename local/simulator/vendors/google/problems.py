"""Google's error answers: ``{"error": {"code", "message", "status", "details"}}``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from local.simulator.responses import ingress_page

_TEXTS: Final[Mapping[str, tuple[int, str]]] = {
    "INVALID_ARGUMENT": (400, "Request contains an invalid argument."),
    "FAILED_PRECONDITION": (400, "User location is not supported, or billing is not enabled."),
    "UNAUTHENTICATED": (401, "Request had invalid authentication credentials."),
    "PERMISSION_DENIED": (403, "The caller does not have permission"),
    "NOT_FOUND": (404, "The model is not found for API version v1beta."),
    "RESOURCE_EXHAUSTED": (429, "You exceeded your current quota, please check your plan."),
    "CANCELLED": (499, "The operation was cancelled."),
    "INTERNAL": (500, "An internal error has occurred. Please retry."),
    "UNAVAILABLE": (503, "The model is overloaded. Please try again later."),
    "DEADLINE_EXCEEDED": (504, "The request timed out. Please try again."),
}
_BY_STATUS: Final[Mapping[int | str, str]] = {
    401: "UNAUTHENTICATED",
    402: "FAILED_PRECONDITION",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    422: "INVALID_ARGUMENT",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
_TYPE: Final = "type.googleapis.com/google.rpc."


def problem(
    status: str, message: str | None = None, details: Sequence[Mapping[str, Any]] = ()
) -> JSONResponse:
    """The vendor's answer with that status word."""
    code, usual = _TEXTS.get(status, (400, status))
    error: dict[str, Any] = {"code": code, "message": message or usual, "status": status}
    if details:
        error["details"] = list(details)
    return JSONResponse({"error": error}, code)


def bad_key() -> Response:
    """What a wrong key gets: a 400."""
    detail = {"@type": f"{_TYPE}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
    return problem("INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [detail])


def exhausted(quota_id: str, retry_after_s: float | None) -> Response:
    """The 429 of a quota, with the wait in its details."""
    details: list[Mapping[str, Any]] = [
        {"@type": f"{_TYPE}QuotaFailure", "violations": [{"quotaId": quota_id, "quotaValue": "100"}]}
    ]
    if retry_after_s is not None:
        details.append({"@type": f"{_TYPE}RetryInfo", "retryDelay": f"{round(retry_after_s)}s"})
    return problem("RESOURCE_EXHAUSTED", details=details)


def refusal(word: int | str, retry_after_s: float | None) -> Response:
    """The answer for a status, for a used-up day, or of one status word."""
    match word:
        case "billing":
            return exhausted("GenerateRequestsPerDayPerProjectPerModel", None)
        case 429:
            return exhausted("GenerateRequestsPerMinutePerProjectPerModel", retry_after_s)
        case 502:
            return ingress_page(502)
    return problem(_BY_STATUS.get(word, str(word)))


def invalid(errors: Iterable[Mapping[str, Any]]) -> Response:
    """The 400 of an input that does not fit."""
    return problem("INVALID_ARGUMENT", said(errors))


def said(errors: Iterable[Mapping[str, Any]]) -> str:
    """What is wrong with an input."""
    places = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in errors)
    return f"Invalid value at {places}"


def request(message: str) -> Response:
    """The Interactions API's own 400: its code is a word. Everything else comes from the front end."""
    return JSONResponse({"error": {"code": "invalid_request", "message": message}}, 400)


def refusal_of_interactions(word: int | str, retry_after_s: float | None) -> Response:
    """The scripted answer, as the Interactions API gives it."""
    if word in {422, "INVALID_ARGUMENT", "invalid_request"}:
        return request("Request contains an invalid argument.")
    if word == "SAFETY":
        return JSONResponse({"error": {"code": "safety", "message": "The prompt was blocked."}}, 400)
    return refusal(word, retry_after_s)


def unknown(name: str) -> Response:
    """The 400 of a field that does not exist."""
    return problem(
        "INVALID_ARGUMENT", f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.'
    )
