"""What bfl's refusals and failed tasks mean (contracts/providers §3.3, §3.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tidegate.adapters.providers.answers import Answer, items, mapping, seconds, text
from tidegate.adapters.providers.classification import BY_STATUS, Rule, Symptoms, classify, complaints
from tidegate.domain.attempt import Failure
from tidegate.domain.attempt import FailureClass as Class
from tidegate.domain.attempt import FailureCode as Code

# First match wins. A word is an ``error`` code, or the status of a task.
RULES: Final = (
    Rule(Class.FAIL, Code.CONTENT_POLICY, word="Request Moderated"),
    Rule(Class.FAIL, Code.CONTENT_POLICY, word="Content Moderated"),
    Rule(Class.FAIL, Code.CONTENT_POLICY, word="content_policy_violation"),
    Rule(Class.FAIL, Code.INVALID_INPUT, word="invalid_image"),
    Rule(Class.RETRY, Code.TIMEOUT, word="generation_timeout"),
    Rule(Class.RETRY, Code.UNAVAILABLE, word="internal_error"),
    *BY_STATUS,
)


def failure_of(answer: Answer) -> Failure:
    """Classify an error answer, in either of the two shapes that are seen."""
    fields = answer.fields
    wait_s = answer.retry_after_s
    return classify(
        RULES,
        Symptoms(
            answer.status,
            _words(fields),
            _prose(fields),
            seconds(fields.get("retry_after")) if wait_s is None else wait_s,
        ),
    )


def failure_of_task(fields: Mapping[str, Any]) -> Failure:
    """Classify a task that ended without a picture."""
    status = text(fields.get("status") or fields.get("state"))
    return classify(RULES, Symptoms(words=_words(fields) | {status}, text=_prose(fields) or status))


def _words(fields: Mapping[str, Any]) -> frozenset[str]:
    told = [fields.get("error"), *(mapping(fields.get(name)).get("error") for name in ("details", "result"))]
    return frozenset(word for word in told if isinstance(word, str))


def _prose(fields: Mapping[str, Any]) -> str:
    listed = complaints(items(fields.get("detail")) or items(fields.get("errors")))
    texts = (text(fields.get(name)) for name in ("message", "detail", "details", "error"))
    return listed or next(filter(None, texts), "") or text(mapping(fields.get("details")).get("message"))
