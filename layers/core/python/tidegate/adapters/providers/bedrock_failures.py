"""What Bedrock's exceptions and filtered results mean (contracts/providers §10.4)."""

from __future__ import annotations

from typing import Final

from tidegate.adapters.providers.answers import Answer, text
from tidegate.adapters.providers.classification import BY_STATUS, Rule, Symptoms, classify
from tidegate.adapters.providers.protocol import OutcomeUnknown
from tidegate.domain.attempt import Failure
from tidegate.domain.attempt import FailureClass as Class
from tidegate.domain.attempt import FailureCode as Code

# Error answers, first match wins. A word is the exception that the header names.
REFUSALS: Final = (
    Rule(Class.FAIL, Code.CONTENT_POLICY, word="ValidationException", text="content filters"),
    Rule(Class.FAIL, Code.INVALID_INPUT, word="ValidationException"),
    Rule(Class.OUT_OF_FUNDS, Code.BILLING, word="ServiceQuotaExceededException"),
    Rule(Class.FAIL_OVER, Code.AUTH, word="AccessDeniedException"),
    Rule(Class.FAIL_OVER, Code.MODEL_UNAVAILABLE, word="ResourceNotFoundException"),
    Rule(Class.RETRY, Code.TIMEOUT, word="ModelTimeoutException"),
    Rule(Class.FAIL_OVER, Code.ERROR, word="ModelErrorException"),
    Rule(Class.RETRY, Code.RATE_LIMITED, word="ThrottlingException"),
    Rule(Class.RETRY, Code.UNAVAILABLE, word="ModelNotReadyException"),
    Rule(Class.RETRY, Code.UNAVAILABLE, word="InternalServerException"),
    Rule(Class.RETRY, Code.UNAVAILABLE, word="ServiceUnavailableException"),
    *BY_STATUS,
)

# What a result says in the place of pictures or of a video.
RESULTS: Final = (
    Rule(Class.FAIL, Code.CONTENT_POLICY, text="content filters"),
    Rule(Class.FAIL, Code.CONTENT_POLICY, text="filter reason"),
    Rule(Class.FAIL_OVER, Code.ERROR),
)

_TOKEN_KNOWN: Final = "ConflictException"  # noqa: S105  an exception's name


def failure_of(answer: Answer) -> Failure:
    """Classify an error answer.

    Raises:
        OutcomeUnknown: our client token made an invocation already, and it has to be found.
    """
    name = answer.headers.get("x-amzn-errortype", "").partition(":")[0].rpartition("#")[2]
    if name == _TOKEN_KNOWN:
        raise OutcomeUnknown("bedrock knows the client token")
    said = text(answer.fields.get("message")) or text(answer.fields.get("Message"))
    return classify(REFUSALS, Symptoms(answer.status, frozenset({name}), said, answer.retry_after_s))


def failure_in(said: str) -> Failure:
    """Classify what a result says instead of holding files."""
    return classify(RESULTS, Symptoms(text=said))
