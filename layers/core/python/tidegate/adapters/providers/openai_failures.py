"""What OpenAI's refusals mean (contracts/providers §4.5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tidegate.adapters.providers.answers import Answer, mapping, text
from tidegate.adapters.providers.classification import BY_STATUS, Rule, Symptoms, classify
from tidegate.domain.attempt import Failure
from tidegate.domain.attempt import FailureClass as Class
from tidegate.domain.attempt import FailureCode as Code

# First match wins. A word is the error's ``code`` or ``type``.
RULES: Final = (
    Rule(Class.FAIL, Code.CONTENT_POLICY, word="moderation_blocked"),
    Rule(Class.FAIL, Code.CONTENT_POLICY, word="content_policy_violation"),
    Rule(Class.FAIL, Code.CONTENT_POLICY, word="image_content_policy_violation"),
    Rule(Class.OUT_OF_FUNDS, Code.BILLING, word="insufficient_quota"),
    Rule(Class.OUT_OF_FUNDS, Code.BILLING, word="billing_hard_limit_reached"),
    Rule(Class.FAIL_OVER, Code.MODEL_UNAVAILABLE, word="model_not_found"),
    Rule(Class.RETRY, Code.UNAVAILABLE, (409,)),  # OpenAI's own client sends it again
    *BY_STATUS,
)


def failure_of(answer: Answer) -> Failure:
    """Classify an error answer; the vendor's own word on a retry overrules the table."""
    error = mapping(answer.fields.get("error"))
    words = frozenset(filter(None, (text(error.get("code")), text(error.get("type")))))
    failure = classify(
        RULES, Symptoms(answer.status, words, text(error.get("message")), answer.retry_after_s)
    )
    if failure.failure_class is Class.RETRY and answer.headers.get("x-should-retry") == "false":
        return replace(failure, failure_class=Class.FAIL_OVER)
    return failure
