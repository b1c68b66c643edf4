"""What one change of an attempt means for the counters: of its account, of health, and of routing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tidegate.domain.attempt import Attempt, AttemptStatus, FailureClass, FailureCode
from tidegate.domain.health import Verdict
from tidegate.domain.mode import Mode
from tidegate.domain.money import ZERO, Money

_ENDS: Final[Mapping[AttemptStatus, str]] = {  # by the names of ``usage.ProviderUsage``
    AttemptStatus.USED: "used",
    AttemptStatus.CANCELED: "cancelled",
    AttemptStatus.DISCARDED: "discarded",
    AttemptStatus.FAILED: "failed",
}
_NO_VERDICT_YET: Final = {AttemptStatus.WAITING, AttemptStatus.SUBMITTING, AttemptStatus.SUBMITTED}


@dataclass(frozen=True, slots=True)
class Change:
    """An attempt before (None: it was just written down) and after. ``at_ms`` is when it changed."""

    old: Attempt | None
    new: Attempt
    at_ms: int


def informs_routing(attempt: Attempt) -> bool:
    """Whether the attempt tells anything of a real provider, and so counts in health and routing."""
    return bool(attempt.model) and attempt.mode is Mode.LIVE


def usage_of(change: Change) -> Iterator[tuple[str, int]]:
    """Say what to add to the provider's counters of the account's day; amounts in micro-dollars.

    What comes to another end later than its first one moves from counter to counter.
    """
    new, cost = change.new, change.new.cost.micros
    if change.old is None:
        yield from (("submissions", 1), ("cost", cost))
    was = _ENDS.get(change.old.status) if change.old else None
    now = _ENDS.get(new.status)
    if was == now:
        return
    for end, sign in ((was, -1), (now, 1)):
        if end is not None:
            yield end, sign
            if end != "used":
                yield "wasted", sign * cost


def spent_by(change: Change) -> Money:
    """Say what the change adds to what its provider costs us; negative where it turns out to bill nothing."""
    was = ZERO if change.old is None else _billed(change.old)
    return _billed(change.new) - was


def _billed(attempt: Attempt) -> Money:
    """What the provider bills for it, as far as we know: whatever was sent and not refused at once."""
    if attempt.mode is not Mode.LIVE or attempt.status is AttemptStatus.SKIPPED:
        return ZERO
    failure = attempt.failure
    refused = attempt.status is AttemptStatus.FAILED and attempt.prediction is None
    if refused and failure is not None and failure.code is not FailureCode.UNKNOWN_OUTCOME:
        return ZERO
    return attempt.cost


def has_ended(change: Change) -> bool:
    """Whether the attempt has just come to its first end, and so given back its place at its provider."""
    was_open = change.old is not None and change.old.status not in _ENDS
    return was_open and change.new.status in _ENDS and change.new.mode is Mode.LIVE


def verdict_of(change: Change) -> Verdict | None:
    """Say what the provider showed of itself: once for each attempt, None while it is not known.

    An orphan is a timeout, whatever becomes of it later. What the caller is to blame for, or cancelled, says
    nothing of the provider.
    """
    new = change.new
    first = change.old is not None and change.old.status in _NO_VERDICT_YET
    if not first or not informs_routing(new):
        return None
    if new.status is AttemptStatus.USED:
        return Verdict(new.started_at_ms, change.at_ms, succeeded=True)
    if new.status is AttemptStatus.ORPHANED or _failed_by_provider(new):
        return Verdict(new.started_at_ms, change.at_ms, succeeded=False)
    return None


def is_wasted(change: Change) -> bool:
    """Whether the attempt has just ended, for reasons of the provider, without being used."""
    if not _has_just_ended(change):
        return False
    return change.new.status is AttemptStatus.DISCARDED or _failed_by_provider(change.new)


def used_after_ms(change: Change) -> int | None:
    """Return how long the attempt took if it has just been used, else None."""
    if not _has_just_ended(change) or change.new.status is not AttemptStatus.USED:
        return None
    return max(0, change.at_ms - change.new.started_at_ms)


def _has_just_ended(change: Change) -> bool:
    was_open = change.old is not None and change.old.status not in _ENDS
    return was_open and informs_routing(change.new)


def _failed_by_provider(attempt: Attempt) -> bool:
    failure = attempt.failure
    if attempt.status is not AttemptStatus.FAILED or failure is None:
        return False
    # An input that another provider may be able to fetch is the caller's all the same.
    return failure.failure_class is not FailureClass.FAIL and failure.code is not FailureCode.INVALID_INPUT
