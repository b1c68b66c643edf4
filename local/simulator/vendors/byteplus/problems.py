"""ModelArk's error answers: ``{"error": {"code", "message", "param", "type"}}``."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from local.simulator.jobs import Doom, Job
from local.simulator.responses import ingress_page

_OVERDUE: Final = (
    "The request failed because your account has an overdue balance. Please recharge in the billing center."
)
_SENSITIVE: Final = "The request failed because the {} may contain sensitive information."
_TEXTS: Final = {
    "MissingParameter": (400, "The request failed because it is missing one or multiple required parameters"),
    "InvalidParameter": (400, "A parameter specified in the request is not valid"),
    "InputTextSensitiveContentDetected": (400, _SENSITIVE.format("input text")),
    "InputImageSensitiveContentDetected": (400, _SENSITIVE.format("input image")),
    "InputImageSensitiveContentDetected.PrivacyInformation": (400, _SENSITIVE.format("input image")),
    "OutputImageSensitiveContentDetected": (400, _SENSITIVE.format("output image")),
    "OutputVideoSensitiveContentDetected": (400, _SENSITIVE.format("output video")),
    "OutputAudioSensitiveContentDetected": (400, _SENSITIVE.format("output audio")),
    "AuthenticationError": (401, "The API key or AK/SK in the request is missing or invalid."),
    "AccountOverdueError": (403, _OVERDUE),
    "AccessDenied": (403, "The request failed because you do not have access to the requested resource."),
    "InvalidEndpoint.NotFound": (
        404,
        "The model or endpoint does not exist, or you have no access to it.",
    ),
    "NotFound": (404, "The requested resource does not exist."),
    "ModelNotOpen": (404, "Your account has not activated the model. Please activate it in the console."),
    "RateLimitExceeded.EndpointRPMExceeded": (429, "The requests per minute of the endpoint are exceeded."),
    "RateLimitExceeded.EndpointTPMExceeded": (429, "The tokens per minute of the endpoint are exceeded."),
    "ModelAccountRpmRateLimitExceeded": (
        429,
        "The account's requests per minute for the model are exceeded.",
    ),
    "ModelAccountTpmRateLimitExceeded": (429, "The account's tokens per minute for the model are exceeded."),
    "QuotaExceeded": (429, "Your account has exhausted the free quota or the number of tasks in the queue."),
    "ModelLoadingError": (429, "The model is being loaded. Please try again later."),
    "ServerOverloaded": (429, "The service is currently unable to handle additional requests."),
    "InternalServiceError": (500, "The service encountered an unexpected internal error."),
}
_BY_STATUS: Final = {
    401: "AuthenticationError",
    402: "AccountOverdueError",
    403: "AccessDenied",
    404: "InvalidEndpoint.NotFound",
    422: "InvalidParameter",
    429: "RateLimitExceeded.EndpointRPMExceeded",
    500: "InternalServiceError",
    "billing": "AccountOverdueError",
}
_TYPES: Final = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    429: "TooManyRequests",
}
_DOOMS: Final = {Doom.INFRASTRUCTURE: "ServerOverloaded", Doom.MODEL: "InternalServiceError"}


def problem(
    code: str, message: str | None = None, param: str = "", retry_after_s: float | None = None
) -> Response:
    """The vendor's answer with that code."""
    status, usual = _TEXTS.get(code, (400, code))
    headers = {} if retry_after_s is None else {"retry-after": str(round(retry_after_s))}
    error = {
        **_said(code, message or usual),
        "param": param,
        "type": _TYPES.get(status, "InternalServerError"),
    }
    return JSONResponse({"error": error}, status, headers)


def refusal(word: int | str, retry_after_s: float | None) -> Response:
    """The answer for a status, for an empty account, or of one code."""
    if word in {502, 503, 504}:
        return ingress_page(int(word))
    return problem(_BY_STATUS.get(word, str(word)), retry_after_s=retry_after_s)


def invalid(errors: Iterable[Mapping[str, Any]]) -> Response:
    """The 400 of an input that does not fit: the vendor names the first parameter only."""
    first = next(iter(errors))
    name = str(first["loc"][0])
    if first["type"] == "missing":
        return problem(
            "MissingParameter", f"The request failed because it is missing `{name}` parameter", name
        )
    text = f"The parameter `{name}` specified in the request is not valid: {first['msg']}"
    return problem("InvalidParameter", text, name)


def end_of(job: Job) -> dict[str, str]:
    """Why a job failed, as a task or an image shows it."""
    code = job.faults.code("failed_with") or _code_of(job)
    return _said(code, _TEXTS.get(code, (0, code))[1])


def blocked_image() -> dict[str, str]:
    """The mark on one image of a batch whose others are good."""
    code = "OutputImageSensitiveContentDetected"
    return _said(code, _TEXTS[code][1])


def _code_of(job: Job) -> str:
    if job.doom in {Doom.MODERATION, Doom.NSFW}:
        made = "Video" if job.model.media == "video" else "Image"
        return f"Output{made}SensitiveContentDetected"
    return _DOOMS.get(job.doom or Doom.MODEL, "InternalServiceError")


def _said(code: str, message: str) -> dict[str, str]:
    return {"code": code, "message": f"{message} Request id: {secrets.token_hex(16)}"}
