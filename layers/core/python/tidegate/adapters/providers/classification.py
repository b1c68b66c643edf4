"""Failures are classified once, by tables: a provider lists rows, the first that fits is the answer."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tidegate.adapters.providers.answers import items, mapping, text
from tidegate.domain.attempt import Failure, FailureClass, FailureCode

CLIENT_ERRORS: Final = range(400, 500)
SERVER_ERRORS: Final = range(500, 600)
_MAX_MESSAGE: Final = 300
_URL: Final = re.compile(r"(https?:/|data:)\S*", re.IGNORECASE)
_SPACE: Final = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: what an answer with these traits means. A trait that is not named does not matter."""

    failure_class: FailureClass
    code: FailureCode
    statuses: Container[int] | None = None
    word: str | None = None  # one of the answer's machine-readable words, exactly
    text: str | None = None  # in the answer's prose, in lower case

    def fits(self, symptoms: Symptoms) -> bool:
        """Whether every named trait is there."""
        return (
            (self.statuses is None or symptoms.status in self.statuses)
            and (self.word is None or self.word in symptoms.words)
            and (self.text is None or self.text in symptoms.text.lower())
        )


@dataclass(frozen=True, slots=True)
class Symptoms:
    """What an answer shows of its failure."""

    status: int = 0  # HTTP; 0 when the failure is a field of a successful answer
    words: frozenset[str] = frozenset()
    text: str = ""
    retry_after_s: int | None = None


# What a status means where the provider says nothing more telling: the end of most tables.
BY_STATUS: Final = (
    Rule(FailureClass.OUT_OF_FUNDS, FailureCode.BILLING, (402,)),
    Rule(FailureClass.FAIL_OVER, FailureCode.AUTH, (401, 403)),
    Rule(FailureClass.FAIL_OVER, FailureCode.MODEL_UNAVAILABLE, (404, 410)),
    Rule(FailureClass.FAIL, FailureCode.INVALID_INPUT, (400, 413, 422)),
    Rule(FailureClass.RETRY, FailureCode.RATE_LIMITED, (429,)),
    Rule(FailureClass.RETRY, FailureCode.TIMEOUT, (408, 504)),
    Rule(FailureClass.RETRY, FailureCode.UNAVAILABLE, SERVER_ERRORS),
    Rule(FailureClass.FAIL_OVER, FailureCode.ERROR, CLIENT_ERRORS),
    Rule(FailureClass.FAIL_OVER, FailureCode.ERROR),
)


def classify(rules: Iterable[Rule], symptoms: Symptoms) -> Failure:
    """Return what the first fitting rule says; a table ends with a rule that always fits."""
    rule = next(rule for rule in rules if rule.fits(symptoms))
    return Failure(
        rule.failure_class,
        rule.code,
        safe_message(symptoms.text) or "the provider gave no reason",
        symptoms.status or None,
        symptoms.retry_after_s,
    )


def complaints(detail: Iterable[object]) -> str:
    """Return what a list of FastAPI's validation errors (``loc`` and ``msg``) complains about."""
    return "; ".join(filter(None, (_complaint(mapping(entry)) for entry in detail)))


def _complaint(entry: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in items(entry.get("loc"))[:8] if isinstance(part, str | int))
    return f"{place}: {text(entry.get('msg'))}" if place else text(entry.get("msg"))


def safe_message(prose: str) -> str:
    """Cut a provider's prose to what may be stored and shown: one short line, no URL (they carry tokens)."""
    start = (
        prose[: 10 * _MAX_MESSAGE].encode(errors="replace").decode()
    )  # half a surrogate pair cannot be stored
    return _SPACE.sub(" ", _URL.sub("[url]", start)).strip()[:_MAX_MESSAGE]
