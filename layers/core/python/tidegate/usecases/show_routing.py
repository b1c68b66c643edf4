"""What routing knows and would do for a model now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tidegate.adapters.dynamodb.models import ModelTable
from tidegate.domain.health import Breaker, State, Window, recent
from tidegate.domain.model import Model
from tidegate.domain.overrides import Out
from tidegate.domain.routing import Record, scores, weigh


@dataclass(frozen=True, slots=True)
class ProviderRoute:
    """One provider of a model. ``place`` counts from 1; None when it gets no jobs, and ``out`` says why."""

    provider: str
    place: int | None
    breaker: State
    window: Window
    record: Record
    score: float | None
    out: Out | None


def show_routing(
    table: ModelTable,
    model: Model,
    order: tuple[str, ...],
    now_ms: int,
    *,
    why_out: Callable[[str], Out | None],
) -> tuple[ProviderRoute, ...]:
    """Show all providers of a model, those of ``order`` first; that and ``why_out`` is what steering says."""
    health = table.health([model.identifier], now_ms, consistent=True)[model.identifier]
    tallies = table.tallies(model.identifier, now_ms)
    records = {name: weigh(tallies.get(name, {}), now_ms) for name in model.providers}
    known = scores(records)
    listed = (*order, *(name for name in model.providers if name not in order))
    return tuple(
        ProviderRoute(
            provider=name,
            place=order.index(name) + 1 if name in order else None,
            breaker=health.state.breakers.get(name, Breaker()).state(now_ms),
            window=recent(health.minutes.get(name, {}), now_ms),
            record=records[name],
            score=known.get(name),
            out=why_out(name),
        )
        for name in listed
    )
