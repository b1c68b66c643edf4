"""Cloudflare's error envelope, with Workers AI's internal codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from local.simulator.jobs import Doom, Job
from local.simulator.responses import ingress_page

_TEXTS: Final = {
    5007: (400, "No such model"),
    5004: (400, "Invalid data type for base64 input"),
    3003: (400, "Incomplete request"),
    3039: (400, "Unsupported input"),
    3030: (400, "Input prompt contains NSFW content."),
    10000: (401, "Authentication error"),
    5018: (403, "This account is not allowed to access this model"),
    3041: (403, "Not allowed to run this model"),
    5016: (403, "Model agreement not accepted"),
    3023: (403, "Account is blocked"),
    3042: (404, "Model not found"),
    5019: (405, "Deprecated SDK version"),
    5005: (405, "LoRA unsupported"),
    3007: (408, "Request timeout"),
    3008: (408, "Request was aborted"),
    3006: (413, "Request is too large"),
    3036: (429, "You have used up your daily free allocation of 10,000 neurons."),
    3040: (429, "No more data centers to forward the request to"),
    3043: (500, "Internal server error"),
}
_BY_STATUS: Final = {
    401: 10000,
    402: 3023,
    403: 5018,
    404: 3042,
    422: 5004,
    429: 3040,
    500: 3043,
    "billing": 3036,
}
_DOOMS: Final = {Doom.MODERATION: 3030, Doom.NSFW: 3030, Doom.INFRASTRUCTURE: 3040, Doom.MODEL: 3043}


def problem(code: int, message: str | None = None, retry_after_s: float | None = None) -> Response:
    """The vendor's answer with that code."""
    status, usual = _TEXTS.get(code, (400, "Unknown error"))
    headers = {} if retry_after_s is None else {"retry-after": str(round(retry_after_s))}
    body = {
        "errors": [{"message": f"AiError: {message or usual}", "code": code}],
        "success": False,
        "result": None,
        "messages": [],
    }
    return JSONResponse(body, status, headers)


def refusal(word: int | str, retry_after_s: float | None) -> Response:
    """The answer for a status, for a used-up allocation, or of one code."""
    if word in {502, 503, 504}:
        return ingress_page(int(word))
    code = _BY_STATUS.get(word) or (int(word) if str(word).isdigit() else 5004)
    return problem(code, retry_after_s=retry_after_s)


def invalid(errors: Iterable[Mapping[str, Any]]) -> Response:
    """The 400 of an input that does not fit."""
    said = "; ".join(f"{'/'.join(map(str, error['loc']))}: {error['msg']}" for error in errors)
    return problem(5004, f"Bad input: Error: {said}")


def end_of(job: Job) -> Response:
    """The answer of a run that failed."""
    code = job.faults.code("failed_with")
    return problem(int(code) if code.isdigit() else _DOOMS[job.doom or Doom.MODEL])
