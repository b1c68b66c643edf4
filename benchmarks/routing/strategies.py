"""The ways to choose an order: the catalogue's, a random one, and what the deployment runs as ``fastest``."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from benchmarks.routing.world import Outcome
from tidegate.domain.health import Breaker, State, Verdict, Window, minute_of
from tidegate.domain.routing import (
    Ranking,
    Tally,
    bucket_of,
    explore,
    period_of,
    rank,
    reshuffle,
    weigh,
)

WEIGHED_EVERY_MS: Final = 60_000


class Strategy(Protocol):
    """Orders providers, may pass one over, and is told what became of each attempt."""

    name: str

    def order(self, providers: Sequence[str], generation_id: str, now_ms: int) -> Sequence[str]:
        """The order for a new generation."""

    def passes_over(self, provider: str, now_ms: int, *, is_last: bool) -> bool:
        """Whether an attempt is not sent."""

    def learn(self, provider: str, outcome: Outcome, began_ms: int, now_ms: int) -> None:
        """Take note of an attempt that has ended."""


class Fixed:
    """Always the catalogue's order."""

    name = "fixed order"

    def order(self, providers: Sequence[str], generation_id: str, now_ms: int) -> Sequence[str]:  # noqa: ARG002
        """As given."""
        return providers

    def passes_over(self, provider: str, now_ms: int, *, is_last: bool) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def learn(self, provider: str, outcome: Outcome, began_ms: int, now_ms: int) -> None:
        """Nothing."""


class Shuffled(Fixed):
    """Any order."""

    name = "random order"

    def order(self, providers: Sequence[str], generation_id: str, now_ms: int) -> Sequence[str]:  # noqa: ARG002
        """Drawn for each generation."""
        return random.Random(generation_id).sample(list(providers), len(providers))  # noqa: S311


@dataclass
class Fastest:
    """The deployment's own rules: ranking, exploration and breakers of ``tidegate.domain``."""

    name: str = "fastest"
    tallies: dict[str, dict[int, Tally]] = field(default_factory=dict)
    minutes: dict[str, dict[int, Window]] = field(default_factory=dict)
    breakers: dict[str, Breaker] = field(default_factory=dict)
    ranking: Ranking | None = None

    def order(self, providers: Sequence[str], generation_id: str, now_ms: int) -> Sequence[str]:
        """Rank, explore, and move what is shut to the end, as ``tidegate.usecases.steering`` does."""
        if self.ranking is None or now_ms - self.ranking.computed_at_ms >= WEIGHED_EVERY_MS:
            records = {name: weigh(periods, now_ms) for name, periods in self.tallies.items()}
            self.ranking = Ranking(now_ms, records)
        chosen = rank(providers, self.ranking, now_ms)
        if self.ranking.is_usable(now_ms):
            chosen = explore(chosen, generation_id)
        return reshuffle(chosen, {name for name in providers if self._is_shut(name, now_ms)})

    def passes_over(self, provider: str, now_ms: int, *, is_last: bool) -> bool:
        """Whether its breaker keeps the attempt away; when it is half-open, one attempt is the probe."""
        breaker = self._breaker(provider)
        if is_last or breaker.state(now_ms) is State.CLOSED:
            return False
        if breaker.may_probe(now_ms):
            self.breakers[provider] = breaker.probed(now_ms)
            return False
        return True

    def learn(self, provider: str, outcome: Outcome, began_ms: int, now_ms: int) -> None:
        """Count the attempt, and let the breaker judge it."""
        periods = self.tallies.setdefault(provider, {})
        tally = periods.get(period_of(now_ms), Tally())
        periods[period_of(now_ms)] = _counted(tally, outcome)
        minutes = self.minutes.setdefault(provider, {})
        minute = minute_of(now_ms)
        minutes[minute] = minutes.get(minute, Window()) + Window(1, 0 if outcome.succeeded else 1)
        verdict = Verdict(began_ms, now_ms, succeeded=outcome.succeeded)
        self.breakers[provider] = self._breaker(provider).judged(minutes, [verdict], now_ms)

    def _breaker(self, provider: str) -> Breaker:
        return self.breakers.get(provider, Breaker())

    def _is_shut(self, provider: str, now_ms: int) -> bool:
        breaker = self._breaker(provider)
        return breaker.state(now_ms) is not State.CLOSED and not breaker.may_probe(now_ms)


def _counted(tally: Tally, outcome: Outcome) -> Tally:
    if not outcome.succeeded:
        return replace(tally, wasted=tally.wasted + 1)
    bucket = bucket_of(outcome.took_ms)
    latencies = {**tally.latencies, bucket: tally.latencies.get(bucket, 0) + 1}
    return replace(
        tally, used=tally.used + 1, cost_micros=tally.cost_micros + outcome.cost_micros, latencies=latencies
    )
