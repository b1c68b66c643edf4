"""What the Gemini API's refusals, blocked prompts and failed operations mean (contracts/providers §9)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from tidegate.adapters.providers.answers import MAX_RETRY_AFTER_S, Answer, items, mapping, read_json, text
from tidegate.adapters.providers.classification import BY_STATUS, Rule, Symptoms, classify
from tidegate.domain.attempt import Failure
from tidegate.domain.attempt import FailureClass as Class
from tidegate.domain.attempt import FailureCode as Code

_PER_DAY: Final = "quota per day"
_BLOCKED: Final = "blocked by policy"
# First match wins. A word is the error's ``status`` or ``code``, or a ``reason`` in its details.
RULES: Final = (
    Rule(Class.FAIL, Code.CONTENT_POLICY, word=_BLOCKED),
    Rule(Class.FAIL_OVER, Code.AUTH, word="API_KEY_INVALID"),
    Rule(Class.FAIL_OVER, Code.AUTH, (400,), text="api key not valid"),
    Rule(Class.OUT_OF_FUNDS, Code.BILLING, word="FAILED_PRECONDITION"),  # billing, or the region
    Rule(Class.OUT_OF_FUNDS, Code.BILLING, word=_PER_DAY),
    Rule(Class.FAIL_OVER, Code.CANCELED, (499,)),
    *BY_STATUS,
)

# The ``error.code`` of an operation is a gRPC status, that of an interaction such a status' name.
OPERATIONS: Final = (
    Rule(Class.FAIL, Code.CONTENT_POLICY, word=_BLOCKED),
    Rule(Class.FAIL, Code.INVALID_INPUT, (3,)),
    Rule(Class.RETRY, Code.TIMEOUT, (4,)),
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
_GRPC: Final = {
    "INVALID_REQUEST": 3,
    "INVALID_ARGUMENT": 3,
    "DEADLINE_EXCEEDED": 4,
    "RESOURCE_EXHAUSTED": 8,
    "INTERNAL": 13,
    "UNAVAILABLE": 14,
}
_REFUSAL: Final = re.compile(
    r"\b(?:blocked|violate[sd]?)\b.{0,200}\b(?:safety|polic(?:y|ies))\b", re.IGNORECASE | re.DOTALL
)
_MAX_PROSE: Final = 10_000  # of which a refusal is looked for
_BAD_REQUEST: Final = 400
_DELAY: Final = re.compile(r"(\d{1,6})(?:\.\d+)?s")


def failure_of(answer: Answer) -> Failure:
    """Classify an error answer. Google's front end wraps some in a list."""
    told = read_json(answer.body)
    error = mapping(mapping(next(iter(items(told)), told)).get("error"))
    details = [mapping(entry) for entry in items(error.get("details"))]
    message = text(error.get("message"))
    words = {text(error.get("status")), _kind(error.get("code")), *_words(details)}
    words |= _blocked(words, message if answer.status == _BAD_REQUEST else "")
    wait_s = answer.retry_after_s
    told_s = next(filter(None, map(_delay_s, details)), None)
    symptoms = Symptoms(
        answer.status,
        frozenset(filter(None, words)),
        message,
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
    """Classify the error that an operation, or an interaction, ended with."""
    code, message = error.get("code"), text(error.get("message"))
    kind = _kind(code)
    status = code if isinstance(code, int) and not isinstance(code, bool) else _GRPC.get(kind, 0)
    failure = classify(OPERATIONS, Symptoms(status, _blocked({kind}, message), message))
    return Failure(failure.failure_class, failure.code, failure.message)  # it is no HTTP status


def failure_of_interaction(fields: Mapping[str, Any]) -> Failure:
    """Classify an interaction that failed: by what it tells of itself, else by its steps."""
    told = [mapping(entry) for entry in items(fields.get("errors"))]
    told += [mapping(mapping(step).get("error")) for step in items(fields.get("steps"))]
    ended = {"message": f"the interaction ended as {text(fields.get('status'))}"}
    return failure_of_operation(next(filter(None, told), ended))


def failure_without_video(output: Iterable[Mapping[str, Any]]) -> Failure:
    """Say why a completed interaction holds no video: a refusal is told in a text."""
    said = " ".join(text(entry.get("text")) for entry in output)[:_MAX_PROSE].strip()
    if _REFUSAL.search(said):
        return classify(OPERATIONS, Symptoms(words=frozenset({_BLOCKED}), text=said))
    return Failure(Class.FAIL_OVER, Code.INVALID_RESPONSE, "the answer holds no video")


def filtered(made: Mapping[str, Any]) -> Failure | None:
    """Return the content policy's verdict on an operation without samples; None when there is none."""
    count = made.get("raiMediaFilteredCount")
    if not isinstance(count, int) or count < 1:
        return None
    reasons = [text(reason) for reason in items(made.get("raiMediaFilteredReasons"))]
    message = "; ".join(filter(None, reasons)) or "the output was filtered"
    return classify((Rule(Class.FAIL, Code.CONTENT_POLICY),), Symptoms(text=message))


def _kind(code: object) -> str:
    """Return the name in an error's code, which is a word or a URI that ends with it."""
    return text(code).rstrip("/").rpartition("/")[2].replace("-", "_").upper()


def _blocked(words: set[str], message: str) -> frozenset[str]:
    """Return the mark of the content policy's verdict, if this is one."""
    return frozenset({_BLOCKED}) if words & BLOCKED or _REFUSAL.search(message[:_MAX_PROSE]) else frozenset()


def _words(details: list[Mapping[str, Any]]) -> Iterator[str]:
    for entry in details:
        yield text(entry.get("reason"))
        for violation in items(entry.get("violations")):
            if "perday" in text(mapping(violation).get("quotaId")).lower():
                yield _PER_DAY


def _delay_s(detail: Mapping[str, Any]) -> int | None:
    match = _DELAY.fullmatch(text(detail.get("retryDelay")))
    return min(int(match[1]) + 1, MAX_RETRY_AFTER_S) if match else None
