"""The items of ``models.py``: their names, when they are cleared away, and what their attributes say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.domain.health import WINDOW_S, Breaker, Window
from tidegate.domain.routing import PERIOD_S, PERIODS, Ranking, Record, Tally

STATE: Final = "state"
BREAKER: Final = "b#"  # and the provider
_HEALTH: Final = "health#"
PERIOD: Final = "period#"
_MINUTES: Final = WINDOW_S // 60
_HEALTH_KEPT_S: Final = 3_600
_MILLI: Final = 1_000  # weighed counts are stored in thousandths


@dataclass(frozen=True, slots=True)
class ModelState:
    """What requests need to know of a model."""

    breakers: Mapping[str, Breaker] = field(default_factory=dict)
    ranking: Ranking | None = None


def health_key(model: str, minute: int) -> Item:
    """Name the item that counts this minute."""
    return key(model, _health(minute))


def health_ttl_s(minute: int) -> int:
    """When a minute's counters are cleared away, in epoch seconds; minutes that share an item agree."""
    return (minute // _MINUTES + 1) * WINDOW_S + _HEALTH_KEPT_S


def period_key(model: str, period: int) -> Item:
    """Name the item that counts this period."""
    return key(model, period_name(period))


def period_ttl_s(period: int) -> int:
    """When a period's counters are cleared away, in epoch seconds."""
    return (period + PERIODS + 1) * PERIOD_S


def _health(minute: int) -> str:
    return f"{_HEALTH}{minute // _MINUTES}"


def health_names(minute: int) -> tuple[str, str]:
    """Name the two items that hold a window which ends in this minute."""
    return _health(minute - _MINUTES), _health(minute)


def period_name(period: int) -> str:
    """Name a period within its model."""
    return f"{PERIOD}{period}"


def breaker_value(breaker: Breaker) -> dict[str, object]:
    """Write a breaker."""
    times = {"o": breaker.opened_at_ms, "c": breaker.closed_at_ms, "p": breaker.probe_until_ms}
    past = breaker.closed_after
    return {
        **{name: at_ms for name, at_ms in times.items() if at_ms is not None},
        "v": breaker.version,
        "a": [past.attempts, past.failures],
    }


def _breaker(kept: Mapping[str, Any]) -> Breaker:
    return Breaker(kept.get("o"), kept.get("c"), kept.get("p"), kept["v"], Window(*kept.get("a", ())))


def read_state(item: Item) -> ModelState:
    """Read breakers and ranking."""
    values = decode_item(item)
    breakers = {
        name.removeprefix(BREAKER): _breaker(kept)
        for name, kept in values.items()
        if name.startswith(BREAKER)
    }
    ranking = values.get("ranking")
    if ranking is None:
        return ModelState(breakers)
    records = {name: _record(kept) for name, kept in ranking["of"].items()}
    return ModelState(breakers, Ranking(ranking["at"], records))


def read_minutes(items: Iterable[Item]) -> dict[str, dict[int, Window]]:
    """Read windows, by provider and minute."""
    found: dict[str, dict[int, Window]] = {}
    for item in items:
        for name, count in decode_item(item).items():
            provider, _, counted = name.partition("|")
            minute, _, kind = counted.partition("|")
            if kind:
                minutes = found.setdefault(provider, {})
                one = Window(attempts=count) if kind == "a" else Window(failures=count)
                minutes[int(minute)] = minutes.get(int(minute), Window()) + one
    return found


def read_tallies(values: Mapping[str, Any]) -> dict[str, Tally]:
    """Read a period's tallies, by provider."""
    counts: dict[str, dict[str, int]] = {}
    for name, count in values.items():
        provider, _, counted = name.partition("|")
        if counted:
            counts.setdefault(provider, {})[counted] = count
    return {
        provider: Tally(
            of.get("used", 0),
            of.get("wasted", 0),
            of.get("cost", 0),
            {int(name[1:]): number for name, number in of.items() if name[1:].isdigit()},
        )
        for provider, of in counts.items()
    }


def record_value(record: Record) -> dict[str, object]:
    """Write a record."""
    values = {
        "used": round(record.used * _MILLI),
        "wasted": round(record.wasted * _MILLI),
        "p95_ms": record.p95_ms,
        "cost": record.cost_micros,
    }
    return {name: value for name, value in values.items() if value is not None}


def _record(kept: Mapping[str, Any]) -> Record:
    return Record(kept["used"] / _MILLI, kept["wasted"] / _MILLI, kept.get("p95_ms"), kept.get("cost"))


def partition(model: str) -> str:
    """Where everything about a model lies."""
    return f"model#{model}"


def key(model: str, sort: str) -> Item:
    """Name an item."""
    return encode_item({"pk": partition(model), "sk": sort})
