"""DashScope's errors: ``{"code", "message", "request_id"}``, as an answer, in a task, or in a 200."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final

from starlette.responses import JSONResponse, Response

from local.simulator.jobs import Doom, Job
from local.simulator.responses import ingress_page

_INSPECTED: Final = "Input or output data may contain inappropriate content."
_ARREARS: Final = "Access denied, please make sure your account is in good standing."
_TEXTS: Final = {
    "InvalidParameter": (
        400,
        "Required parameter(s) missing or invalid, please check the parameters.",
    ),
    "InvalidURL": (400, "The request URL is invalid, please make sure the URL is correct and accessible."),
    "BadRequest.IllegalInput": (400, "The input parameter requires json format."),
    "DataInspectionFailed": (400, _INSPECTED),
    "data_inspection_failed": (400, _INSPECTED),
    "Arrearage": (400, _ARREARS),
    "UnsupportedOperation": (400, "The operation is unsupported on the referee object."),
    "InvalidApiKey": (401, "Invalid API-key provided."),
    "AccessDenied": (403, "Current user api does not support synchronous calls."),
    "AccessDenied.Unpurchased": (403, "Access to model denied. Please make sure you are eligible for it."),
    "ModelNotFound": (404, "The model cannot be found."),
    "Model.NotExist": (404, "The model does not exist."),
    "RequestTooLarge": (413, "Request entity too large."),
    "Throttling": (429, "Requests throttling triggered."),
    "Throttling.RateQuota": (429, "Requests rate limit exceeded, please try again later."),
    "Throttling.AllocationQuota": (429, "Allocated quota exceeded, please increase your quota limit."),
    "insufficient_quota": (
        429,
        "You exceeded your current quota, please check your plan.",
    ),
    "InternalError": (500, "An internal error has occurred, please try again later."),
    "InternalError.Algo": (500, "Internal algorithm error."),
    "ServiceUnavailable": (503, "The service is unavailable."),
    "GatewayTimeout": (504, "The gateway timed out."),
}
_BY_STATUS: Final = {
    401: "InvalidApiKey",
    402: "Arrearage",
    403: "AccessDenied.Unpurchased",
    404: "ModelNotFound",
    422: "InvalidParameter",
    429: "Throttling.RateQuota",
    500: "InternalError",
    "billing": "Arrearage",
}
_DOOMS: Final = {
    Doom.MODERATION: "DataInspectionFailed",
    Doom.NSFW: "DataInspectionFailed",
    Doom.INFRASTRUCTURE: "InternalError",
    Doom.MODEL: "InternalError.Algo",
}


def problem(
    code: str, message: str | None = None, retry_after_s: float | None = None, status: int | None = None
) -> Response:
    """The vendor's answer with that code."""
    usual_status, usual = _TEXTS.get(code, (400, code))
    headers = {} if retry_after_s is None else {"retry-after": str(round(retry_after_s))}
    body = {"code": code, "message": message or usual, "request_id": str(uuid.uuid4())}
    return JSONResponse(body, status or usual_status, headers)


def refusal(word: int | str, retry_after_s: float | None) -> Response:
    """The answer for a status, for an empty account, or of one code."""
    if word in {502, 503, 504}:
        return ingress_page(int(word))
    return problem(_BY_STATUS.get(word, str(word)), retry_after_s=retry_after_s)


def invalid(errors: Iterable[Mapping[str, Any]]) -> Response:
    """The 400 of an input that does not fit."""
    first = next(iter(errors))
    return problem("InvalidParameter", f"{'.'.join(map(str, first['loc']))}: {first['msg']}")


def end_of(job: Job) -> dict[str, str]:
    """Why a job failed, as a task shows it."""
    code = job.faults.code("failed_with") or _DOOMS[job.doom or Doom.MODEL]
    return {"code": code, "message": _TEXTS.get(code, (0, code))[1]}
