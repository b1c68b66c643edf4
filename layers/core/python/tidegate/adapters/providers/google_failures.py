"""What the Gemini API's refusals, blocked prompts and failed operations mean (contracts/providers §9)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tidegate.adapters.providers.answers import MAX_RETRY_AFTER_S, Answer, items, mapping, text
from tidegate.adapters.providers.classification import BY_STATUS, Rule, Symptoms, classify
from tidegate.domain.attempt import Failure
from tidegate.domain.attempt import FailureClass as Class
from tidegate.domain.attempt import FailureCode as Code

_PER_DAY: Final = "quota per day"
# First match wins. A word is the error's ``status``, or a ``reason`` in its details.
RULES: Final = (
    Rule(Class.FAIL_OVER, Code.AUTH, word="API_KEY_INVALID"),
    Rule(Class.FAIL_OVER, Code.AUTH, (400,), text="api key not valid"),
    Rule(Class.OUT_OF_FUNDS, Code.BILLING, word="FAILED_PRECONDITION"),  # billing, or the region
    Rule(Class.OUT_OF_FUNDS, Code.BILLING, word=_PER_DAY),
    Rule(Class.FAIL_OVER, Code.CANCELED, (499,)),
    *BY_STATUS,
)

# The ``error.code`` of an operation is a gRPC status.
OPERATIONS: Final = (
    Rule(Class.FAIL, Code.INVALID_INPUT, (3,)),
    Rule(Class.FAIL_OVER, Code.RATE_LIMITED, (8,)),
    Rule(Class.RETRY, Code.UNAVAILABLE, (13, 14)),
    Rule(Class.FAIL_OVER, Code.ERROR),
)

BLOCKED: Final = frozenset(
    {
        "SAFETY",
        "RECITATION",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
    }
)
_DELAY: Final = re.compile(r"(\d{1,6})(?:\.\d+)?s")


def failure_of(answer: Answer) -> Failure:
    """Classify an error answer."""
    error = mapping(answer.fields.get("error"))
    details = [mapping(entry) for entry in items(error.get("details"))]
    words = {text(error.get("status")), *_words(details)}
    wait_s = answer.retry_after_s
    told_s = next(filter(None, map(_delay_s, details)), None)
    symptoms = Symptoms(
        answer.status,
        frozenset(filter(None, words)),
        text(error.get("message")),
        told_s if wait_s is None else wait_s,
    )
    return classify(RULES, symptoms)


def failure_of_candidates(fields: Mapping[str, Any]) -> Failure:
    """Say why a 200 holds no picture: blocked before, blocked after, or none was drawn."""
    if reason := text(mapping(fields.get("promptFeedback")).get("blockReason")):
        return Failure(Class.FAIL, Code.CONTENT_POLICY, f"the prompt was blocked: {reason[:64]}")
    candidates = [mapping(entry) for entry in items(fields.get("candidates"))]
    reasons = [text(entry.get("finishReason")) for entry in candidates]
    if blocked := next((reason for reason in reasons if reason in BLOCKED), None):
        return Failure(Class.FAIL, Code.CONTENT_POLICY, f"the output was blocked: {blocked}")
    return Failure(Class.RETRY, Code.INVALID_RESPONSE, "the answer holds no picture")


def failure_of_operation(error: Mapping[str, Any]) -> Failure:
    """Classify the error that an operation ended with."""
    code = error.get("code")
    status = code if isinstance(code, int) and not isinstance(code, bool) else 0
    failure = classify(OPERATIONS, Symptoms(status, text=text(error.get("message"))))
    return Failure(failure.failure_class, failure.code, failure.message)  # it is no HTTP status


def filtered(made: Mapping[str, Any]) -> Failure | None:
    """Return the content policy's verdict on an operation without samples; None when there is none."""
    count = made.get("raiMediaFilteredCount")
    if not isinstance(count, int) or count < 1:
        return None
    reasons = [text(reason) for reason in items(made.get("raiMediaFilteredReasons"))]
    message = "; ".join(filter(None, reasons)) or "the output was filtered"
    return classify((Rule(Class.FAIL, Code.CONTENT_POLICY),), Symptoms(text=message))


def _words(details: list[Mapping[str, Any]]) -> Iterator[str]:
    for entry in details:
        yield text(entry.get("reason"))
        for violation in items(entry.get("violations")):
            if "perday" in text(mapping(violation).get("quotaId")).lower():
                yield _PER_DAY


def _delay_s(detail: Mapping[str, Any]) -> int | None:
    match = _DELAY.fullmatch(text(detail.get("retryDelay")))
    return min(int(match[1]) + 1, MAX_RETRY_AFTER_S) if match else None
