"""What vendors say when they fail, and what it means: a line for every fact of their error tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.contract.providers.wire import answer
from tests.contract.providers.wire_others import image, video
from tidegate.adapters.http import HttpResponse
from tidegate.domain.attempt import FailureClass, FailureCode, Job, Prediction

RETRY, FAIL_OVER = FailureClass.RETRY, FailureClass.FAIL_OVER
FAIL, NO_FUNDS = FailureClass.FAIL, FailureClass.OUT_OF_FUNDS
Told = tuple[int, str, FailureClass, str]  # status, the vendor's code or text, what it means

SEEDREAM = image("seedream-4-0-250828", prompt="a lighthouse")
SEEDANCE = video("seedance-1-0-pro-250528", prompt="a lighthouse")
QWEN = image("qwen-image-plus", prompt="a lighthouse")
WAN = video("wan2.5-t2v-preview", prompt="a lighthouse")
GEN4 = image("gen4_image", promptText="a lighthouse", ratio="1024:1024")
FLUX = image("@cf/black-forest-labs/flux-1-schnell", prompt="a lighthouse")
NOVA = image("us-east-1/amazon.nova-canvas-v1:0", text="a lighthouse")
STABLE = image("us-west-2/stability.sd3-5-large-v1:0", prompt="a lighthouse")
REEL = video("us-east-1/amazon.nova-reel-v1:1", text="a lighthouse", durationSeconds=6)
ARN = "arn:aws:bedrock:us-east-1:123456789012:async-invoke/abcdef123456"

BYTEPLUS: tuple[Told, ...] = (
    (400, "MissingParameter", FAIL, "invalid_input"),
    (400, "InvalidParameter", FAIL, "invalid_input"),
    (400, "InvalidParameter.UnsupportedModel", FAIL, "invalid_input"),
    (400, "InputTextSensitiveContentDetected", FAIL, "content_policy"),
    (400, "InputImageSensitiveContentDetected", FAIL, "content_policy"),
    (400, "InputImageSensitiveContentDetected.PrivacyInformation", FAIL, "content_policy"),
    (400, "InputImageSensitiveContentDetected.PolicyViolation", FAIL, "content_policy"),
    (401, "AuthenticationError", FAIL_OVER, "provider_auth"),
    (403, "AccountOverdueError", NO_FUNDS, "provider_credits_exhausted"),
    (403, "AccessDenied", FAIL_OVER, "provider_auth"),
    (404, "InvalidEndpoint.NotFound", FAIL_OVER, "provider_model_unavailable"),
    (404, "ModelNotOpen", FAIL_OVER, "provider_model_unavailable"),
    (429, "RateLimitExceeded.EndpointRPMExceeded", RETRY, "provider_rate_limited"),
    (429, "RateLimitExceeded.EndpointTPMExceeded", RETRY, "provider_rate_limited"),
    (429, "ModelAccountRpmRateLimitExceeded", RETRY, "provider_rate_limited"),
    (429, "ModelAccountTpmRateLimitExceeded", RETRY, "provider_rate_limited"),
    (429, "QuotaExceeded", FAIL_OVER, "provider_rate_limited"),
    (429, "ModelLoadingError", RETRY, "provider_unavailable"),
    (429, "ServerOverloaded", RETRY, "provider_unavailable"),
    (500, "InternalServiceError", RETRY, "provider_unavailable"),
)
BYTEPLUS_TASKS: tuple[Told, ...] = (
    (0, "OutputVideoSensitiveContentDetected", FAIL, "content_policy"),
    (0, "OutputVideoSensitiveContentDetected.PolicyViolation", FAIL, "content_policy"),
    (0, "OutputAudioSensitiveContentDetected", FAIL, "content_policy"),
    (0, "OutputImageSensitiveContentDetected", FAIL, "content_policy"),
    (0, "InternalServiceError", RETRY, "provider_unavailable"),
    (0, "SomethingOfTomorrow", FAIL_OVER, "provider_error"),
)
ALIBABACLOUD: tuple[Told, ...] = (
    (400, "InvalidParameter", FAIL, "invalid_input"),
    (400, "InvalidURL", FAIL, "invalid_input"),
    (400, "BadRequest.IllegalInput", FAIL, "invalid_input"),
    (400, "DataInspectionFailed", FAIL, "content_policy"),
    (400, "data_inspection_failed", FAIL, "content_policy"),
    (401, "InvalidApiKey", FAIL_OVER, "provider_auth"),
    (403, "AccessDenied", FAIL_OVER, "provider_auth"),
    (403, "AccessDenied.Unpurchased", NO_FUNDS, "provider_credits_exhausted"),
    (400, "Arrearage", NO_FUNDS, "provider_credits_exhausted"),
    (403, "Arrearage", NO_FUNDS, "provider_credits_exhausted"),
    (404, "ModelNotFound", FAIL_OVER, "provider_model_unavailable"),
    (404, "Model.NotExist", FAIL_OVER, "provider_model_unavailable"),
    (413, "RequestTooLarge", FAIL, "invalid_input"),
    (429, "Throttling", RETRY, "provider_rate_limited"),
    (429, "Throttling.RateQuota", RETRY, "provider_rate_limited"),
    (429, "Throttling.AllocationQuota", FAIL_OVER, "provider_rate_limited"),
    (429, "insufficient_quota", FAIL_OVER, "provider_rate_limited"),
    (500, "InternalError", RETRY, "provider_unavailable"),
    (500, "InternalError.Algo", RETRY, "provider_unavailable"),
    (503, "ServiceUnavailable", RETRY, "provider_unavailable"),
    (504, "GatewayTimeout", RETRY, "provider_timeout"),
)
ALIBABACLOUD_TASKS: tuple[Told, ...] = (
    (0, "DataInspectionFailed", FAIL, "content_policy"),
    (0, "InternalError.Timeout", RETRY, "provider_unavailable"),
    (0, "SomethingOfTomorrow", FAIL_OVER, "provider_error"),
)
RUNWAY: tuple[Told, ...] = (
    (400, "Validation of body failed", FAIL, "invalid_input"),
    (400, "You do not have enough credits to run this task.", NO_FUNDS, "provider_credits_exhausted"),
    (401, "Incorrect hashed key for token.", FAIL_OVER, "provider_auth"),
    (404, "Not Found", FAIL_OVER, "provider_model_unavailable"),
    (405, "Method Not Allowed", FAIL_OVER, "provider_error"),
    (429, "Too many requests.", RETRY, "provider_rate_limited"),
    (429, "You have reached the daily task limit for this model.", FAIL_OVER, "provider_rate_limited"),
    (502, "Bad Gateway", RETRY, "provider_unavailable"),
    (503, "Service Unavailable", RETRY, "provider_unavailable"),
    (504, "Gateway Timeout", RETRY, "provider_timeout"),
)
RUNWAY_TASKS: tuple[Told, ...] = (
    (0, "SAFETY.INPUT.TEXT", FAIL, "content_policy"),
    (0, "SAFETY.OUTPUT.VIDEO", FAIL, "content_policy"),
    (0, "INPUT_PREPROCESSING.SAFETY.TEXT", FAIL, "content_policy"),
    (0, "INPUT_PREPROCESSING.INTERNAL", RETRY, "provider_unavailable"),
    (0, "INPUT_PREPROCESSING.IMAGE", FAIL, "invalid_input"),
    (0, "ASSET.INVALID", FAIL, "invalid_input"),
    (0, "INTERNAL.BAD_OUTPUT.CODE01", RETRY, "provider_error"),
    (0, "INTERNAL", RETRY, "provider_unavailable"),
    (0, "SOMETHING.OF.TOMORROW", FAIL_OVER, "provider_error"),
    (0, "", FAIL_OVER, "provider_error"),
)
CLOUDFLARE: tuple[Told, ...] = (
    (400, "5007", FAIL_OVER, "provider_model_unavailable"),
    (400, "5004", FAIL, "invalid_input"),
    (400, "3003", FAIL, "invalid_input"),
    (400, "3039", FAIL, "invalid_input"),
    (400, "3030", FAIL, "content_policy"),
    (401, "10000", FAIL_OVER, "provider_auth"),
    (403, "10000", FAIL_OVER, "provider_auth"),
    (403, "5018", FAIL_OVER, "provider_auth"),
    (403, "3041", FAIL_OVER, "provider_auth"),
    (403, "5016", FAIL_OVER, "provider_auth"),
    (403, "3023", FAIL_OVER, "provider_auth"),
    (404, "3042", FAIL_OVER, "provider_model_unavailable"),
    (405, "5019", FAIL_OVER, "provider_error"),
    (405, "5005", FAIL_OVER, "provider_error"),
    (408, "3007", RETRY, "provider_timeout"),
    (408, "3008", RETRY, "provider_timeout"),
    (413, "3006", FAIL, "invalid_input"),
    (429, "3036", NO_FUNDS, "provider_credits_exhausted"),
    (429, "3040", RETRY, "provider_unavailable"),
)

BEDROCK: tuple[Told, ...] = (
    (400, "ValidationException", FAIL, "invalid_input"),
    (400, "ServiceQuotaExceededException", NO_FUNDS, "provider_credits_exhausted"),
    (403, "AccessDeniedException", FAIL_OVER, "provider_auth"),
    (403, "UnrecognizedClientException", FAIL_OVER, "provider_auth"),
    (404, "ResourceNotFoundException", FAIL_OVER, "provider_model_unavailable"),
    (408, "ModelTimeoutException", RETRY, "provider_timeout"),
    (424, "ModelErrorException", FAIL_OVER, "provider_error"),
    (429, "ThrottlingException", RETRY, "provider_rate_limited"),
    (429, "ModelNotReadyException", RETRY, "provider_unavailable"),
    (500, "InternalServerException", RETRY, "provider_unavailable"),
    (503, "ServiceUnavailableException", RETRY, "provider_unavailable"),
)
_BLOCKED = (
    "This request has been blocked by our content filters. Please adjust your {} to submit a new request."
)
BEDROCK_BLOCKED: tuple[Told, ...] = (
    (400, _BLOCKED.format("text prompt"), FAIL, "content_policy"),
    (400, _BLOCKED.format("input image"), FAIL, "content_policy"),
)
BEDROCK_RESULTS: tuple[Told, ...] = (
    (200, "All of the generated images have been blocked by our content filters.", FAIL, "content_policy"),
    (200, "The model broke down.", FAIL_OVER, "provider_error"),
)
BEDROCK_REASONS: tuple[Told, ...] = (
    (200, "Filter reason: prompt", FAIL, "content_policy"),
    (200, "Filter reason: output image", FAIL, "content_policy"),
)
BEDROCK_VIDEOS: tuple[Told, ...] = (
    (0, "The generated video has been blocked by our content filters.", FAIL, "content_policy"),
    (0, "An internal error occurred.", FAIL_OVER, "provider_error"),
)


@dataclass(frozen=True)
class Case:
    """One failure: of a submit, or of a job that is polled when there is a prediction."""

    name: str
    provider: str
    job: Job
    script: HttpResponse
    failure_class: FailureClass
    code: FailureCode
    prediction: Prediction | None = None


def _byteplus(code: str) -> Mapping[str, Any]:
    return {"error": {"code": code, "message": "no", "param": "", "type": "BadRequest"}}


def _alibabacloud(code: str) -> Mapping[str, Any]:
    return {"code": code, "message": "no", "request_id": "1"}


def _runway(text: str) -> Mapping[str, Any]:
    return {"error": text, "docUrl": "https://docs.dev.runwayml.com/errors/errors"}


def _cloudflare(code: str) -> Mapping[str, Any]:
    errors = [{"code": int(code), "message": f"AiError: {code}"}]
    return {"success": False, "errors": errors, "messages": [], "result": None}


def _task_of_byteplus(code: str) -> Mapping[str, Any]:
    return {"id": "cgt-1", "status": "failed", **_byteplus(code)}


def _task_of_alibabacloud(code: str) -> Mapping[str, Any]:
    return {
        "request_id": "1",
        "output": {"task_id": "1", "task_status": "FAILED", "code": code, "message": "no"},
    }


def _task_of_runway(code: str) -> Mapping[str, Any]:
    return {"id": "1", "status": "FAILED", "failure": "no", "failureCode": code}


def _bedrock(text: str) -> Mapping[str, Any]:
    return {"message": text}


def _exceptions(job: Job) -> Iterator[Case]:
    for case in _told("bedrock", job, BEDROCK, _bedrock):
        name = case.name.rpartition("-")[2]
        headers = {"x-amzn-errortype": f"{name}:http://internal.amazon.com/coral/com.amazon.bedrock/"}
        yield replace(case, script=answer(_bedrock("no"), case.script.status, headers))
    for case in _told("bedrock", job, BEDROCK_BLOCKED, _bedrock):
        headers = {"x-amzn-errortype": "ValidationException"}
        yield replace(case, script=replace(case.script, headers=headers))


def refusals() -> Iterator[Case]:
    """Every error answer to a submit."""
    yield from _told("byteplus", SEEDREAM, BYTEPLUS, _byteplus)
    yield from _told("byteplus", SEEDANCE, BYTEPLUS, _byteplus)
    yield from _told("alibabacloud", QWEN, ALIBABACLOUD, _alibabacloud)
    yield from _told("alibabacloud", WAN, ALIBABACLOUD, _alibabacloud)
    yield from _told("runway", GEN4, RUNWAY, _runway)
    yield from _told("cloudflare", FLUX, CLOUDFLARE, _cloudflare)
    yield from _exceptions(NOVA)
    yield from _exceptions(REEL)
    yield from _told("bedrock", NOVA, BEDROCK_RESULTS, lambda said: {"images": [], "error": said})
    yield from _told(
        "bedrock", STABLE, BEDROCK_REASONS, lambda said: {"images": [], "finish_reasons": [said]}
    )


def failed_jobs() -> Iterator[Case]:
    """Every failure of a job that was accepted."""
    yield from _told("byteplus", SEEDANCE, BYTEPLUS_TASKS, _task_of_byteplus, "cgt-1")
    yield from _told("alibabacloud", WAN, ALIBABACLOUD_TASKS, _task_of_alibabacloud, "1")
    yield from _told("runway", GEN4, RUNWAY_TASKS, _task_of_runway, "1")
    failed = {"invocationArn": ARN, "status": "Failed"}
    yield from _told("bedrock", REEL, BEDROCK_VIDEOS, lambda said: {**failed, "failureMessage": said}, ARN)


def _told(
    provider: str, job: Job, table: tuple[Told, ...], body: Callable[[str], object], job_id: str = ""
) -> Iterator[Case]:
    for status, said, failure_class, code in table:
        yield Case(
            f"{provider}-{job.media_type}-{status}-{said}",
            provider,
            job,
            answer(body(said), status or 200),
            failure_class,
            FailureCode(code),
            Prediction(provider, job_id, job.native_model) if job_id else None,
        )
