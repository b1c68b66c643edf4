"""Generations stream → counters, breakers and rankings. A batch counts once, however often it comes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tidegate.adapters.dynamodb import attempt_codec
from tidegate.adapters.dynamodb.model_codec import ModelState
from tidegate.adapters.dynamodb.models import ModelTable
from tidegate.adapters.dynamodb.tallies import TallyTable
from tidegate.domain.health import Breaker, Verdict, minute_of
from tidegate.domain.routing import Ranking, weigh
from tidegate.domain.tally import Change, has_ended, verdict_of
from tidegate.usecases.stream_records import Record, Unreadable, read_each

RANK_EVERY_MS: Final = 15_000


@dataclass(frozen=True, slots=True)
class Tallied:
    """What came of a batch. The ``unreadable`` records are the caller's to keep."""

    changes: int
    turned: Sequence[str]  # breakers that changed: "<model> <provider> <opened|closed>"
    unreadable: Sequence[Unreadable]
    ended: Mapping[tuple[str, int], int]  # attempts, by provider and the minute in which they began


def tally_attempts(
    records: Sequence[Record], tallies: TallyTable, models: ModelTable, now_ms: int
) -> Tallied:
    """Count a batch of attempts' changes, then look at the breakers and rankings that they bear on.

    Raising repeats the whole batch, which counts nothing twice.
    """
    changes, unreadable = read_each(records, _read)
    if changes:
        tallies.add(changes, _name(records))
    turned: list[str] = []
    for model, verdicts in _verdicts(changes).items():
        turned += _look_at(model, verdicts, models, now_ms)
    return Tallied(len(changes), turned, unreadable, _ended(changes))


def _read(record: Record) -> Change:
    image = record["dynamodb"]
    new, old = image["NewImage"], image.get("OldImage")
    attempt = attempt_codec.from_item(new)
    # The stream's own time comes with the record, so that a repeated record counts at the same place.
    written_at_ms = int(float(image["ApproximateCreationDateTime"]) * 1000)
    at_ms = attempt.resolved_at_ms or written_at_ms
    return Change(attempt_codec.from_item(old) if old else None, attempt, at_ms)


def _ended(changes: Sequence[Change]) -> Mapping[tuple[str, int], int]:
    attempts = (change.new for change in changes if has_ended(change))
    return Counter((attempt.provider, minute_of(attempt.started_at_ms)) for attempt in attempts)


def _name(records: Sequence[Record]) -> str:
    """Name a batch by its records: a halved one is another batch."""
    return hashlib.sha256(" ".join(sorted(record["eventID"] for record in records)).encode()).hexdigest()


def _verdicts(changes: Sequence[Change]) -> Mapping[str, Mapping[str, list[Verdict]]]:
    found: dict[str, dict[str, list[Verdict]]] = {}
    for change in changes:
        verdict = verdict_of(change)
        if verdict is not None:
            by_provider = found.setdefault(change.new.model, {})
            by_provider.setdefault(change.new.provider, []).append(verdict)
    return found


def _look_at(
    model: str, verdicts: Mapping[str, Sequence[Verdict]], models: ModelTable, now_ms: int
) -> list[str]:
    health = models.health([model], now_ms, consistent=True)[model]
    turned = []
    for provider, told in verdicts.items():
        was = health.state.breakers.get(provider, Breaker())
        now = was.judged(health.minutes.get(provider, {}), told, now_ms)
        if now is not was and models.save_breaker(model, provider, now, now_ms):
            turned.append(f"{model} {provider} {'closed' if now.opened_at_ms is None else 'opened'}")
    _rank(model, health.state, models, now_ms)
    return turned


def _rank(model: str, state: ModelState, models: ModelTable, now_ms: int) -> None:
    if state.ranking is not None and now_ms - state.ranking.computed_at_ms < RANK_EVERY_MS:
        return
    records = {name: weigh(periods, now_ms) for name, periods in models.tallies(model, now_ms).items()}
    models.save_ranking(model, Ranking(now_ms, records))
