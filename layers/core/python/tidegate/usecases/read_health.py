"""How the parts do that generations depend on: measured, never guessed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tidegate.adapters.dynamodb.models import ModelHealth, ModelTable
from tidegate.domain.health import Breaker, State, Status, Window, recent, status
from tidegate.domain.model import Model

NO_ANSWER: Final = "It did not answer."


@dataclass(frozen=True, slots=True)
class Answered:
    """How long a part took to answer; ``error`` says in a customer's words that it did not."""

    latency_ms: int
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """One provider, over all its models."""

    provider: str
    status: Status
    window: Window


@dataclass(frozen=True, slots=True)
class ModelAvailability:
    """One model, and whether each of its providers takes jobs for it."""

    model: Model
    available: Mapping[str, bool] = field(default_factory=dict)


def measure(ask: Callable[[], object]) -> tuple[Answered, Exception | None]:
    """Ask a part for something cheap. The second value is for the log: it may tell of our insides."""
    began = time.perf_counter()
    fault: Exception | None = None
    try:
        ask()
    except Exception as error:  # noqa: BLE001  whatever it is, the part is not well
        fault = error
    latency_ms = round((time.perf_counter() - began) * 1000)
    return Answered(latency_ms, NO_ANSWER if fault else None), fault


def read_providers(
    table: ModelTable, models: Sequence[Model], providers: Iterable[str], now_ms: int
) -> tuple[ProviderHealth, ...]:
    """Sum up each provider's last minutes and its breakers over the models."""
    health = table.health([model.identifier for model in models], now_ms)
    return tuple(_provider(name, health.values(), now_ms) for name in providers)


def read_models(table: ModelTable, models: Sequence[Model], now_ms: int) -> tuple[ModelAvailability, ...]:
    """Say of each model which of its providers take jobs."""
    health = table.health([model.identifier for model in models], now_ms)
    return tuple(_model(model, health[model.identifier], now_ms) for model in models)


def _provider(name: str, health: Iterable[ModelHealth], now_ms: int) -> ProviderHealth:
    window, states = Window(), []
    for model in health:
        window += recent(model.minutes.get(name, {}), now_ms)
        states.append(model.state.breakers.get(name, Breaker()).state(now_ms))
    return ProviderHealth(name, status(window, states), window)


def _model(model: Model, health: ModelHealth, now_ms: int) -> ModelAvailability:
    def takes_jobs(provider: str) -> bool:
        return health.state.breakers.get(provider, Breaker()).state(now_ms) is not State.OPEN

    return ModelAvailability(model, {provider: takes_jobs(provider) for provider in model.providers})
