"""What fal's error answers mean (contracts/providers §2.6)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tidegate.adapters.providers.answers import Answer, items, mapping, text
from tidegate.adapters.providers.classification import (
    CLIENT_ERRORS,
    SERVER_ERRORS,
    Rule,
    Symptoms,
    classify,
    complaints,
)
from tidegate.domain.attempt import Failure
from tidegate.domain.attempt import FailureClass as Class
from tidegate.domain.attempt import FailureCode as Code

# First match wins. A word is a ``detail[].type`` or an ``error_type``.
RULES: Final = (
    Rule(Class.FAIL, Code.CONTENT_POLICY, word="content_policy_violation"),
    Rule(Class.FAIL_OVER, Code.ERROR, word="no_media_generated"),
    Rule(Class.FAIL_OVER, Code.UNAVAILABLE, word="downstream_service_error"),
    Rule(Class.FAIL_OVER, Code.UNAVAILABLE, word="downstream_service_unavailable"),
    Rule(Class.RETRY, Code.TIMEOUT, word="request_timeout"),
    Rule(Class.RETRY, Code.TIMEOUT, word="startup_timeout"),
    Rule(Class.RETRY, Code.UNAVAILABLE, word="runner_scheduling_failure"),
    Rule(Class.RETRY, Code.UNAVAILABLE, word="runner_connection_timeout"),
    Rule(Class.RETRY, Code.UNAVAILABLE, word="runner_disconnected"),
    Rule(Class.RETRY, Code.UNAVAILABLE, word="runner_connection_refused"),
    Rule(Class.OUT_OF_FUNDS, Code.BILLING, (403,), text="user is locked"),
    Rule(Class.OUT_OF_FUNDS, Code.BILLING, (402,)),
    Rule(Class.FAIL_OVER, Code.AUTH, (401, 403)),
    Rule(Class.FAIL_OVER, Code.MODEL_UNAVAILABLE, (404, 410)),
    Rule(Class.FAIL, Code.INVALID_INPUT, (400, 422)),
    Rule(Class.RETRY, Code.RATE_LIMITED, (429,)),
    Rule(Class.RETRY, Code.TIMEOUT, (408, 504)),
    Rule(Class.RETRY, Code.UNAVAILABLE, (409,)),  # fal's own client sends it again
    Rule(Class.RETRY, Code.UNAVAILABLE, SERVER_ERRORS),
    Rule(Class.FAIL_OVER, Code.ERROR, CLIENT_ERRORS),
    Rule(Class.FAIL_OVER, Code.ERROR),
)


def failure_of(answer: Answer) -> Failure:
    """Classify an error answer: of the queue, or of the run that its result call reports."""
    failure = classify(RULES, symptoms_of(answer))
    if failure.failure_class is Class.RETRY and answer.headers.get("x-fal-retryable", "").lower() == "false":
        return replace(failure, failure_class=Class.FAIL_OVER)
    return failure


def failure_in_status(error: object, error_type: object) -> Failure:
    """Classify the ``error`` that a COMPLETED status carries."""
    return classify(RULES, Symptoms(words=frozenset({text(error_type)}), text=_prose(error)))


def symptoms_of(answer: Answer) -> Symptoms:
    """Read an error answer in any of fal's shapes; every field may be missing or of another type."""
    fields = answer.fields
    detail = items(fields.get("detail"))
    words = [mapping(entry).get("type") for entry in detail]
    words += [fields.get("error_type"), answer.headers.get("x-fal-error-type")]
    prose = complaints(detail)
    simple = (_prose(fields.get(name)) for name in ("detail", "message", "error"))
    return Symptoms(
        answer.status,
        frozenset(word for word in words if isinstance(word, str)),
        prose or next(filter(None, simple), ""),
        answer.retry_after_s,
    )


def _prose(value: object) -> str:
    return text(value) or text(mapping(value).get("message"))
