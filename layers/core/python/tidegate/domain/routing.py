"""``fastest``: the order in which a model's providers are tried, learned from earlier attempts.

Pure, so that a simulation with a clock of its own drives what the deployment runs: count attempts into
:class:`Tally` by :func:`period_of`, :func:`weigh` them now and then, :func:`rank` at each submit. The score
is that of contracts: BabySea §7.3; docs/adr/0047 says what is ours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import floor, log
from typing import Final

PERIOD_S: Final = 1_800
PERIODS: Final = 24  # twelve hours are looked at
HALF_LIFE_S: Final = 7_200  # an attempt counts half of one that is this much younger
MIN_SAMPLES: Final = 20  # of a model (weighed), else its static order
MIN_OF_PROVIDER: Final = 1  # fewer, and it is appended unranked
MAX_AGE_S: Final = 48 * 3_600  # older statistics say nothing
EXPLORED: Final = 0.05  # of generations begin with another provider than the best
WASTE_WEIGHT: Final = 0.5
LATENCY_WEIGHT: Final = 0.3
_SCORE_STEP: Final = 0.02  # what differs by less is as good: the cheaper goes first
_PERCENTILE: Final = 0.95
_BASE: Final = 1.25  # each latency bucket ends a quarter later than the one before
_FIRST_MS: Final = 100.0
_LAST_BUCKET: Final = 48  # ends above an hour


def period_of(at_ms: int) -> int:
    """Return the number of the period that an instant belongs to."""
    return at_ms // (PERIOD_S * 1000)


def bucket_of(latency_ms: int) -> int:
    """Return the latency's bucket: from 0 on, each a quarter wider than the one before."""
    if latency_ms <= _FIRST_MS:
        return 0
    return min(_LAST_BUCKET, floor(log(latency_ms / _FIRST_MS, _BASE)) + 1)


def bucket_end_ms(bucket: int) -> int:
    """Return the latency at which a bucket ends."""
    return round(_FIRST_MS * _BASE**bucket)


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a provider's attempts at a model in one period."""

    used: int = 0
    wasted: int = 0
    cost_micros: int = 0  # of those used
    latencies: Mapping[int, int] = field(default_factory=dict)  # of those used, by bucket


@dataclass(frozen=True, slots=True)
class Record:
    """A provider's tallies, weighed by age."""

    used: float
    wasted: float
    p95_ms: int | None  # None while nothing was used
    cost_micros: int | None  # of one attempt, on average

    @property
    def samples(self) -> float:
        """Attempts, weighed."""
        return self.used + self.wasted

    @property
    def success_rate(self) -> float:
        """From 0 to 1."""
        return self.used / self.samples if self.samples else 0.0


@dataclass(frozen=True, slots=True)
class Ranking:
    """The records of a model's providers, as of an instant."""

    computed_at_ms: int
    records: Mapping[str, Record]

    @property
    def samples(self) -> float:
        """Attempts at all providers, weighed."""
        return sum(record.samples for record in self.records.values())

    def is_usable(self, now_ms: int) -> bool:
        """Whether there is enough in it, and it is fresh enough, to go by it."""
        fresh = now_ms - self.computed_at_ms <= MAX_AGE_S * 1000
        return fresh and self.samples >= MIN_SAMPLES


def weigh(tallies: Mapping[int, Tally], now_ms: int) -> Record:
    """Add up a provider's periods; each counts by its age."""
    now = period_of(now_ms)
    used = wasted = cost = 0.0
    latencies: dict[int, float] = {}
    for period, tally in tallies.items():
        if period <= now - PERIODS:
            continue
        weight = 0.5 ** (max(0, now - period) * PERIOD_S / HALF_LIFE_S)
        used += weight * tally.used
        wasted += weight * tally.wasted
        cost += weight * tally.cost_micros
        for bucket, number in tally.latencies.items():
            latencies[bucket] = latencies.get(bucket, 0.0) + weight * number
    return Record(used, wasted, _percentile(latencies), round(cost / used) if used else None)


def _percentile(latencies: Mapping[int, float]) -> int | None:
    total, seen = sum(latencies.values()), 0.0
    for bucket in sorted(latencies):
        seen += latencies[bucket]
        if seen >= _PERCENTILE * total:
            return bucket_end_ms(bucket)
    return None


def scores(records: Mapping[str, Record]) -> dict[str, float]:
    """Score the providers that have been tried enough: from about -0.8 to 1, the higher the better."""
    known = {name: record for name, record in records.items() if record.samples >= MIN_OF_PROVIDER}
    slowest = max((record.p95_ms or 0 for record in known.values()), default=0)
    return {name: _score(record, slowest) for name, record in known.items()}


def _score(record: Record, slowest_ms: int) -> float:
    # One that never delivered has no latency: nothing speaks for it.
    slowness = record.p95_ms / slowest_ms if record.p95_ms and slowest_ms else 1.0
    wasted_rate = 1 - record.success_rate
    return record.success_rate - WASTE_WEIGHT * wasted_rate - LATENCY_WEIGHT * slowness


def rank(providers: Sequence[str], ranking: Ranking | None, now_ms: int) -> tuple[str, ...]:
    """Order providers by their scores; those without one follow in the order given.

    Without usable statistics the order given is the answer.
    """
    if ranking is None or not ranking.is_usable(now_ms):
        return tuple(providers)
    records = {name: ranking.records[name] for name in providers if name in ranking.records}
    scored = scores(records)

    def place(name: str) -> tuple[int, int, int, str]:
        record = records[name]
        return (-round(scored[name] / _SCORE_STEP), record.cost_micros or 0, record.p95_ms or 0, name)

    ranked = sorted(scored, key=place)
    return (*ranked, *(name for name in providers if name not in scored))


def explore(order: Sequence[str], seed: str, share: float = EXPLORED) -> tuple[str, ...]:
    """Let another provider go first in a share of cases, so that its record stays known.

    The same seed (a generation's id) always gives the same answer.
    """
    drawn = int.from_bytes(hashlib.sha256(f"explore/{seed}".encode()).digest()[:8])
    chance, pick = divmod(drawn, 1 << 32)
    if len(order) <= 1 or chance >= share * (1 << 32):
        return tuple(order)
    first = order[1 + pick % (len(order) - 1)]
    return (first, *(name for name in order if name != first))


def reshuffle(order: Iterable[str], shut: Container[str]) -> tuple[str, ...]:
    """Move the providers that are ``shut`` to the end: they are still tried if nobody else serves."""
    wanted = tuple(order)
    return (*(n for n in wanted if n not in shut), *(n for n in wanted if n in shut))
