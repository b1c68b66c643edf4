"""What DashScope's error codes mean, in answers, in a 200 and in tasks (contracts/providers §7.8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tidegate.adapters.providers.answers import Answer, mapping, text
from tidegate.adapters.providers.classification import BY_STATUS, Rule, Symptoms, classify
from tidegate.domain.attempt import Failure
from tidegate.domain.attempt import FailureClass as Class
from tidegate.domain.attempt import FailureCode as Code

# First match wins. A word is a code, or what stands before its first dot.
RULES: Final = (
    Rule(Class.FAIL, Code.CONTENT_POLICY, word="DataInspectionFailed"),
    Rule(Class.FAIL, Code.CONTENT_POLICY, word="data_inspection_failed"),
    Rule(Class.FAIL, Code.INVALID_INPUT, word="InvalidParameter"),
    Rule(Class.FAIL, Code.INVALID_INPUT, word="InvalidURL"),
    Rule(Class.FAIL, Code.INVALID_INPUT, word="BadRequest"),
    Rule(Class.FAIL, Code.INVALID_INPUT, word="RequestTooLarge"),
    Rule(Class.OUT_OF_FUNDS, Code.BILLING, word="Arrearage"),
    Rule(Class.OUT_OF_FUNDS, Code.BILLING, word="AccessDenied.Unpurchased"),
    Rule(Class.FAIL_OVER, Code.AUTH, word="AccessDenied"),
    Rule(Class.FAIL_OVER, Code.AUTH, word="InvalidApiKey"),
    Rule(Class.FAIL_OVER, Code.MODEL_UNAVAILABLE, word="ModelNotFound"),
    Rule(Class.FAIL_OVER, Code.MODEL_UNAVAILABLE, word="Model.NotExist"),
    Rule(Class.FAIL_OVER, Code.RATE_LIMITED, word="Throttling.AllocationQuota"),
    Rule(Class.FAIL_OVER, Code.RATE_LIMITED, word="insufficient_quota"),
    Rule(Class.RETRY, Code.RATE_LIMITED, word="Throttling"),
    Rule(Class.RETRY, Code.UNAVAILABLE, word="InternalError"),
    Rule(Class.RETRY, Code.UNAVAILABLE, word="ServiceUnavailable"),
    Rule(Class.RETRY, Code.TIMEOUT, word="GatewayTimeout"),
    *BY_STATUS,
)


def failure_of(answer: Answer) -> Failure:
    """Classify an error answer; the routes that speak OpenAI's form put it below ``error``."""
    fields = answer.fields
    told = fields if "code" in fields else mapping(fields.get("error"))
    return classify(RULES, _symptoms(told, answer.status, answer.retry_after_s))


def failure_in(told: Mapping[str, Any]) -> Failure:
    """Classify the code and message that a 200 or a task carries."""
    return classify(RULES, _symptoms(told))


def _symptoms(told: Mapping[str, Any], status: int = 0, retry_after_s: int | None = None) -> Symptoms:
    code = text(told.get("code"))
    return Symptoms(
        status, frozenset({code, code.partition(".")[0]}), text(told.get("message")), retry_after_s
    )
