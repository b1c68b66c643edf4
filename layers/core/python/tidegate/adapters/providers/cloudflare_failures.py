"""What Workers AI's internal codes mean (contracts/providers §6)."""

from __future__ import annotations

from typing import Final

from tidegate.adapters.providers.answers import Answer, items, mapping, text
from tidegate.adapters.providers.classification import BY_STATUS, Rule, Symptoms, classify
from tidegate.domain.attempt import Failure
from tidegate.domain.attempt import FailureClass as Class
from tidegate.domain.attempt import FailureCode as Code

# First match wins. A word is an internal code: two of them share the status 429 and mean the opposite.
RULES: Final = (
    Rule(Class.FAIL_OVER, Code.MODEL_UNAVAILABLE, word="5007"),
    Rule(Class.FAIL, Code.INVALID_INPUT, word="5004"),
    Rule(Class.FAIL, Code.INVALID_INPUT, word="3003"),
    Rule(Class.FAIL, Code.INVALID_INPUT, word="3039"),
    Rule(Class.FAIL, Code.CONTENT_POLICY, word="3030"),
    Rule(Class.FAIL_OVER, Code.AUTH, word="10000"),
    Rule(Class.FAIL_OVER, Code.AUTH, word="5018"),
    Rule(Class.FAIL_OVER, Code.AUTH, word="3041"),
    Rule(Class.FAIL_OVER, Code.AUTH, word="5016"),
    Rule(Class.FAIL_OVER, Code.AUTH, word="3023"),
    Rule(Class.FAIL_OVER, Code.MODEL_UNAVAILABLE, word="3042"),
    Rule(Class.FAIL_OVER, Code.ERROR, word="5019"),
    Rule(Class.FAIL_OVER, Code.ERROR, word="5005"),
    Rule(Class.RETRY, Code.TIMEOUT, word="3007"),
    Rule(Class.RETRY, Code.TIMEOUT, word="3008"),
    Rule(Class.FAIL, Code.INVALID_INPUT, word="3006"),
    Rule(Class.OUT_OF_FUNDS, Code.BILLING, word="3036"),  # the day's free allocation is used up
    Rule(Class.RETRY, Code.UNAVAILABLE, word="3040"),
    *BY_STATUS,
)


def failure_of(answer: Answer) -> Failure:
    """Classify an error answer, or a 200 whose envelope says that it is none."""
    errors = [mapping(error) for error in items(answer.fields.get("errors"))]
    codes = (error.get("code") for error in errors)
    words = frozenset(str(code) for code in codes if isinstance(code, int) and not isinstance(code, bool))
    said = "; ".join(filter(None, (text(error.get("message")) for error in errors)))
    status = 0 if answer.is_success else answer.status
    return classify(RULES, Symptoms(status, words, said, answer.retry_after_s))
