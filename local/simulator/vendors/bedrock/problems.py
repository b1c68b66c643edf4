"""Bedrock's errors: the header ``x-amzn-ErrorType`` names the exception, the body holds its message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from local.simulator.jobs import Doom, Job
from local.simulator.responses import ingress_page

_BLOCKED: Final = (
    "This request has been blocked by our content filters. Please adjust your {} to submit a new request."
)
PROMPT_BLOCKED: Final = _BLOCKED.format("text prompt")
VIDEO_BLOCKED: Final = "The generated video has been blocked by our content filters."
_STATUS: Final = {
    "ValidationException": (400, "The provided request is not valid."),
    "ServiceQuotaExceededException": (400, "Your request exceeds the service quota for your account."),
    "ConflictException": (400, "The client token was used with other parameters."),
    "AccessDeniedException": (403, "You don't have access to the model with the specified model ID."),
    "UnrecognizedClientException": (403, "The security token included in the request is invalid."),
    "InvalidSignatureException": (403, "The request signature does not match."),
    "IncompleteSignatureException": (403, "The signature is incomplete."),
    "MissingAuthenticationTokenException": (403, "Missing Authentication Token"),
    "ResourceNotFoundException": (404, "This model version has reached the end of its life."),
    "ModelTimeoutException": (408, "The model took too long to answer."),
    "ModelErrorException": (424, "The model returned an error."),
    "ThrottlingException": (429, "Too many requests, please wait before trying again."),
    "ModelNotReadyException": (429, "The model is not ready for inference."),
    "InternalServerException": (500, "The system encountered an unexpected error."),
    "ServiceUnavailableException": (503, "Bedrock is unable to process your request."),
}
_BY_STATUS: Final = {
    401: "UnrecognizedClientException",
    402: "ServiceQuotaExceededException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    422: "ValidationException",
    429: "ThrottlingException",
    500: "InternalServerException",
    "billing": "ServiceQuotaExceededException",
}
_DOOMS: Final = {Doom.INFRASTRUCTURE: "ServiceUnavailableException", Doom.MODEL: "ModelErrorException"}


def problem(name: str, message: str | None = None, retry_after_s: float | None = None) -> Response:
    """The vendor's answer with that exception."""
    status, usual = _STATUS.get(name, (400, name))
    headers = {"x-amzn-errortype": f"{name}:http://internal.amazon.com/coral/com.amazon.bedrock/"}
    if retry_after_s is not None:
        headers["retry-after"] = str(round(retry_after_s))
    body: dict[str, Any] = {"message": message or usual}
    if name == "ModelErrorException":
        body |= {"originalStatusCode": 500, "resourceName": "model"}
    return JSONResponse(body, status, headers)


def refusal(word: int | str, retry_after_s: float | None) -> Response:
    """The answer for a status, for a used-up quota, or of one exception."""
    if word in {502, 503, 504}:
        return ingress_page(int(word))
    return problem(_BY_STATUS.get(word, str(word)), retry_after_s=retry_after_s)


def invalid(errors: Iterable[Mapping[str, Any]]) -> Response:
    """The 400 of an input that does not fit."""
    first = next(iter(errors))
    where = "/".join(str(part) for part in first["loc"])
    return problem("ValidationException", f"Malformed input request: #/{where}: {first['msg']}")


def end_of(job: Job) -> Response:
    """The answer of an image run that failed."""
    if job.doom is Doom.MODERATION:
        return problem("ValidationException", PROMPT_BLOCKED)
    return problem(
        job.faults.code("failed_with") or _DOOMS.get(job.doom or Doom.MODEL, "ModelErrorException")
    )


def failure_message(job: Job) -> str:
    """Why a video failed."""
    if job.doom in {Doom.MODERATION, Doom.NSFW}:
        return VIDEO_BLOCKED
    return "An internal error occurred."
