"""OpenAI's error answers: ``{"error": {"message", "type", "param", "code"}}``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from local.simulator.jobs import Doom, Job
from local.simulator.responses import ingress_page

_REQUEST: Final = "invalid_request_error"
_SAFETY: Final = (
    "Your request was rejected by the safety system. If you believe this is an error, contact us at "
    "help.openai.com and include the request ID. safety_violations=[sexual]."
)
_QUOTA: Final = "You exceeded your current quota, please check your plan and billing details."
_TEXTS: Final[Mapping[str, tuple[int, str, str]]] = {
    "moderation_blocked": (400, "image_generation_user_error", _SAFETY),
    "content_policy_violation": (400, _REQUEST, _SAFETY),
    "image_content_policy_violation": (400, _REQUEST, _SAFETY),
    "billing_hard_limit_reached": (400, "billing_limit_user_error", "Billing hard limit has been reached."),
    "invalid_value": (400, _REQUEST, "Invalid value."),
    "invalid_api_key": (401, _REQUEST, "Incorrect API key provided."),
    "unsupported_country_region_territory": (403, "request_forbidden", "Country not supported."),
    "model_not_found": (404, _REQUEST, "The model does not exist or you do not have access to it."),
    "rate_limit_exceeded": (429, "requests", "Rate limit reached for images per minute."),
    "insufficient_quota": (429, "insufficient_quota", _QUOTA),
    "server_error": (500, "server_error", "The server had an error while processing your request."),
}
_BY_STATUS: Final = {
    401: "invalid_api_key",
    402: "billing_hard_limit_reached",
    403: "unsupported_country_region_territory",
    404: "model_not_found",
    422: "invalid_value",
    429: "rate_limit_exceeded",
    500: "server_error",
    "billing": "insufficient_quota",
}


def problem(
    code: str, message: str | None = None, param: str | None = None, retry_after_s: float | None = None
) -> Response:
    """The vendor's answer with that code."""
    status, kind, usual = _TEXTS.get(code, (400, _REQUEST, code))
    headers = {} if retry_after_s is None else {"retry-after": str(round(retry_after_s))}
    error = {"message": message or usual, "type": kind, "param": param, "code": code}
    return JSONResponse({"error": error}, status, headers)


def refusal(word: int | str, retry_after_s: float | None) -> Response:
    """The answer for a status, for a used-up quota, or of one code."""
    if word in {502, 503, 504}:
        return ingress_page(int(word))
    return problem(_BY_STATUS.get(word, str(word)), retry_after_s=retry_after_s)


def unknown(name: str) -> Response:
    """The 400 of a parameter that does not exist."""
    return problem("unknown_parameter", f"Unknown parameter: '{name}'.", name)


def invalid(errors: Iterable[Mapping[str, Any]]) -> Response:
    """The 400 of an input that does not fit: the vendor names the first parameter only."""
    first = next(iter(errors))
    name = str(first["loc"][0])
    if first["type"] == "missing":
        return problem("missing_required_parameter", f"Missing required parameter: '{name}'.", name)
    return problem("invalid_value", f"Invalid value for '{name}': {first['msg']}", name)


def end_of(job: Job) -> Response:
    """The answer of a run that failed."""
    if code := job.faults.code("failed_with"):
        return problem(code)
    blocked = job.doom in {Doom.MODERATION, Doom.NSFW}
    return problem("moderation_blocked" if blocked else "server_error")
