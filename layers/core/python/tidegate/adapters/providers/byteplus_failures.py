"""What ModelArk's error codes mean, in answers, tasks and single images (contracts/providers §5.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tidegate.adapters.providers.answers import Answer, mapping, text
from tidegate.adapters.providers.classification import BY_STATUS, Rule, Symptoms, classify
from tidegate.domain.attempt import Failure
from tidegate.domain.attempt import FailureClass as Class
from tidegate.domain.attempt import FailureCode as Code

_SENSITIVE: Final = "SensitiveContentDetected"  # a part of every code of the content filter

# First match wins. A word is a code, or what stands before its first dot.
RULES: Final = (
    Rule(Class.FAIL, Code.CONTENT_POLICY, word=_SENSITIVE),
    Rule(Class.FAIL, Code.INVALID_INPUT, word="MissingParameter"),
    Rule(Class.FAIL, Code.INVALID_INPUT, word="InvalidParameter"),
    Rule(Class.FAIL_OVER, Code.AUTH, word="AuthenticationError"),
    Rule(Class.OUT_OF_FUNDS, Code.BILLING, word="AccountOverdueError"),
    Rule(Class.FAIL_OVER, Code.AUTH, word="AccessDenied"),
    Rule(Class.FAIL_OVER, Code.MODEL_UNAVAILABLE, word="InvalidEndpoint"),
    Rule(Class.FAIL_OVER, Code.MODEL_UNAVAILABLE, word="ModelNotOpen"),
    Rule(Class.RETRY, Code.RATE_LIMITED, word="RateLimitExceeded"),
    Rule(Class.RETRY, Code.RATE_LIMITED, word="ModelAccountRpmRateLimitExceeded"),
    Rule(Class.RETRY, Code.RATE_LIMITED, word="ModelAccountTpmRateLimitExceeded"),
    Rule(
        Class.FAIL_OVER, Code.RATE_LIMITED, word="QuotaExceeded"
    ),  # free quota or concurrency: not soon over
    Rule(Class.RETRY, Code.UNAVAILABLE, word="ModelLoadingError"),
    Rule(Class.RETRY, Code.UNAVAILABLE, word="ServerOverloaded"),
    Rule(Class.RETRY, Code.UNAVAILABLE, word="InternalServiceError"),
    *BY_STATUS,
)


def failure_of(answer: Answer) -> Failure:
    """Classify an error answer."""
    return classify(
        RULES, _symptoms(mapping(answer.fields.get("error")), answer.status, answer.retry_after_s)
    )


def failure_in(error: object) -> Failure:
    """Classify the ``error`` of a task, or of an image in an answer that is a success otherwise."""
    return classify(RULES, _symptoms(mapping(error)))


def _symptoms(error: Mapping[str, Any], status: int = 0, retry_after_s: int | None = None) -> Symptoms:
    code = text(error.get("code"))
    words = {code, code.partition(".")[0]} | ({_SENSITIVE} if _SENSITIVE in code else set())
    return Symptoms(status, frozenset(words), text(error.get("message")), retry_after_s)
