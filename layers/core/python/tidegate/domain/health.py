"""How a provider does with a model just now, and the breaker that spares everybody waiting for it.

Closed: jobs go to it. Five attempts or more within five minutes, half of them failed: open, none go to it for
a minute. Then half-open: one job at a time tries it, and what becomes of it closes the breaker or opens it
anew. The figures and the words of ``Status`` are those of contracts: BabySea §7.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

WINDOW_S: Final = 300
MIN_ATTEMPTS: Final = 5
TRIP_RATE: Final = 0.5
RECOVERING_RATE: Final = 0.2
OPEN_S: Final = 60
PROBE_S: Final = 60  # how long a probe may take before another one is let through
_MINUTE_MS: Final = 60_000
_MINUTES: Final = WINDOW_S * 1000 // _MINUTE_MS


def minute_of(at_ms: int) -> int:
    """Return the number of the minute, counted from 1970-01-01."""
    return at_ms // _MINUTE_MS


@dataclass(frozen=True, slots=True)
class Window:
    """Attempts that came to a verdict, and those of them that the provider failed."""

    attempts: int = 0
    failures: int = 0

    @property
    def failure_rate(self) -> float:
        """From 0 to 1; 0 when there was no attempt."""
        return self.failures / self.attempts if self.attempts else 0.0

    @property
    def trips(self) -> bool:
        """Whether so much failed that the breaker opens."""
        return self.attempts >= MIN_ATTEMPTS and self.failure_rate >= TRIP_RATE

    def __add__(self, other: Window) -> Window:
        return Window(self.attempts + other.attempts, self.failures + other.failures)

    def __sub__(self, other: Window) -> Window:
        return Window(self.attempts - other.attempts, self.failures - other.failures)


def recent(minutes: Mapping[int, Window], now_ms: int, first_minute: int = 0) -> Window:
    """Add up the minutes of the window that ends now; ``first_minute`` leaves out what lies before it."""
    now = minute_of(now_ms)
    counted = range(max(first_minute, now - _MINUTES + 1), now + 1)
    return sum((minutes.get(minute, Window()) for minute in counted), Window())


class State(StrEnum):
    """Where a breaker stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Status(StrEnum):
    """How a provider does, in the words of the wire."""

    HEALTHY = "healthy"
    RECOVERING = "recovering"
    DEGRADED = "degraded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of an attempt, as far as the provider is concerned. Times are epoch milliseconds."""

    started_at_ms: int
    at_ms: int
    succeeded: bool


@dataclass(frozen=True, slots=True)
class Breaker:
    """The breaker of one provider for one model. ``version`` counts its changes.

    ``closed_after`` is what the minute in which it closed had counted by then: that is past, what the same
    minute counts later is not.
    """

    opened_at_ms: int | None = None
    closed_at_ms: int | None = None
    probe_until_ms: int | None = None  # a probe is under way until then, unless its verdict comes earlier
    version: int = 0
    closed_after: Window = Window()

    def state(self, now_ms: int) -> State:
        """Say where it stands. One that nobody probed for as long as the window is forgotten."""
        if self.opened_at_ms is None:
            return State.CLOSED
        open_ms = now_ms - self.opened_at_ms
        if open_ms < OPEN_S * 1000:
            return State.OPEN
        return State.HALF_OPEN if open_ms < (OPEN_S + WINDOW_S) * 1000 else State.CLOSED

    def may_probe(self, now_ms: int) -> bool:
        """Whether a job may try the provider in spite of all."""
        free = self.probe_until_ms is None or now_ms >= self.probe_until_ms
        return self.state(now_ms) is State.HALF_OPEN and free

    def probed(self, now_ms: int) -> Breaker:
        """Let a job through."""
        return replace(self, probe_until_ms=now_ms + PROBE_S * 1000, version=self.version + 1)

    def judged(self, minutes: Mapping[int, Window], verdicts: Iterable[Verdict], now_ms: int) -> Breaker:
        """Return what becomes of it after these verdicts, which ``minutes`` include already."""
        known = sorted(verdicts, key=lambda verdict: verdict.at_ms)
        if self.state(now_ms) is State.CLOSED:
            failed = any(not verdict.succeeded for verdict in known)
            return self._opened(now_ms) if failed and self._since_closing(minutes, now_ms).trips else self
        # Only what was sent after it opened tells anything new: a probe, or a job that had nobody else.
        told = [verdict for verdict in known if verdict.started_at_ms >= (self.opened_at_ms or 0)]
        if not told:
            return self
        if told[-1].succeeded:
            past = minutes.get(minute_of(now_ms), Window())
            return Breaker(None, now_ms, None, self.version + 1, past)
        return self._opened(now_ms) if self.state(now_ms) is State.HALF_OPEN else self

    def _opened(self, now_ms: int) -> Breaker:
        return replace(self, opened_at_ms=now_ms, probe_until_ms=None, version=self.version + 1)

    def _since_closing(self, minutes: Mapping[int, Window], now_ms: int) -> Window:
        if self.closed_at_ms is None:
            return recent(minutes, now_ms)
        closed = minute_of(self.closed_at_ms)
        in_sight = minute_of(now_ms) - closed < _MINUTES
        return recent(minutes, now_ms, closed) - (self.closed_after if in_sight else Window())


def status(window: Window, states: Iterable[State]) -> Status:
    """Sum up a provider: its window, and where its breakers stand.

    Fewer attempts than a breaker asks for degrade nobody: one failure of one is no rate, but a doubt.
    """
    stands = set(states)
    if State.OPEN in stands or window.trips:
        return Status.DEGRADED
    if State.HALF_OPEN in stands or window.failure_rate >= RECOVERING_RATE:
        return Status.RECOVERING
    return Status.HEALTHY if window.attempts else Status.UNKNOWN
