"""What Runway's refusals and failed tasks mean (contracts/providers §8.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tidegate.adapters.providers.answers import Answer, items, mapping, text
from tidegate.adapters.providers.classification import BY_STATUS, Rule, Symptoms, classify
from tidegate.domain.attempt import Failure
from tidegate.domain.attempt import FailureClass as Class
from tidegate.domain.attempt import FailureCode as Code

# Answers with an error status, first match wins. Two meanings of a status are told apart by the text alone.
REFUSALS: Final = (
    Rule(Class.OUT_OF_FUNDS, Code.BILLING, (400,), text="not have enough credits"),
    Rule(Class.FAIL_OVER, Code.RATE_LIMITED, (429,), text="daily"),
    *BY_STATUS,
)

# The ``failureCode`` of a task. A word is its first part, or its first two: the third is not stable.
FAILED_TASKS: Final = (
    Rule(Class.FAIL, Code.CONTENT_POLICY, word="SAFETY"),
    Rule(Class.FAIL, Code.CONTENT_POLICY, word="INPUT_PREPROCESSING.SAFETY"),
    Rule(Class.RETRY, Code.UNAVAILABLE, word="INPUT_PREPROCESSING.INTERNAL"),
    Rule(Class.FAIL, Code.INVALID_INPUT, word="INPUT_PREPROCESSING"),
    Rule(Class.FAIL, Code.INVALID_INPUT, word="ASSET.INVALID"),
    Rule(Class.RETRY, Code.ERROR, word="INTERNAL.BAD_OUTPUT"),
    Rule(Class.RETRY, Code.UNAVAILABLE, word="INTERNAL"),
    Rule(Class.FAIL_OVER, Code.ERROR),
)


def failure_of(answer: Answer) -> Failure:
    """Classify an error answer; ``issues`` say more of an input that does not fit."""
    issues = [_complaint(mapping(issue)) for issue in items(answer.fields.get("issues"))]
    said = ": ".join(filter(None, [text(answer.fields.get("error")), "; ".join(filter(None, issues))]))
    return classify(REFUSALS, Symptoms(answer.status, text=said, retry_after_s=answer.retry_after_s))


def failure_in(task: Mapping[str, Any]) -> Failure:
    """Classify the failure of a task."""
    parts = text(task.get("failureCode")).split(".")
    words = frozenset({parts[0], ".".join(parts[:2])})
    return classify(FAILED_TASKS, Symptoms(words=words, text=text(task.get("failure"))))


def _complaint(issue: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in items(issue.get("path"))[:8] if isinstance(part, str | int))
    return f"{place}: {text(issue.get('message'))}" if place else text(issue.get("message"))
