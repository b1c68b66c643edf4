"""``tidegate routing``: where generations go, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from cli.command import command
from cli.invocation import Answer, Invocation
from cli.render import dollars, facts, listing
from cli.wallet_commands import read_amount
from tidegate.domain.errors import ServiceUnavailable
from tidegate.domain.load import Limit, under_way
from tidegate.domain.model import Model
from tidegate.domain.money import ZERO, Money
from tidegate.domain.overrides import Overrides
from tidegate.domain.usage import day_of
from tidegate.usecases.cap_providers import cap_provider
from tidegate.usecases.limit_providers import limit_provider
from tidegate.usecases.override_routing import freeze_order, pin_order, thaw_order, unpin_order
from tidegate.usecases.show_routing import ProviderRoute, show_routing

group = typer.Typer(help="Routing: where generations go, and why.", no_args_is_help=True)

ModelId = Annotated[str, typer.Argument(metavar="MODEL", help="A model, such as bfl/flux-schnell.")]
COLUMNS = (
    "model",
    "place",
    "provider",
    "out",
    "breaker",
    "attempts",
    "failures",
    "score",
    "samples",
    "success_rate",
    "p95_s",
    "cost",
    "spent_today",
    "cap",
    "concurrent",
    "per_minute",
    "under_way",
    "pinned",
    "frozen",
)


@command(group, "show")
def show(
    call: Invocation,
    model: Annotated[
        str | None, typer.Argument(metavar="[MODEL]", help="One model; without it all of them.")
    ] = None,
) -> Answer:
    """Show each provider's place, breaker, last five minutes, and weighed statistics."""
    catalog = call.runtime.catalog
    models = [catalog.model(model)] if model else catalog.offered_models(call.runtime.now_ms())
    rows = [row for each in models for row in _rows(call, each)]
    return Answer(rows, listing(COLUMNS, [[row[column] for column in COLUMNS] for row in rows]))


@command(group, "pin")
def pin(
    call: Invocation,
    model: ModelId,
    order: Annotated[str, typer.Argument(metavar="ORDER", help="Providers, such as fal,replicate.")],
) -> Answer:
    """Try a model's providers in this order instead of ranking them. Callers' own orders stand."""
    wanted = [name.strip() for name in order.split(",")]
    pin_order(call.runtime.overrides, call.runtime.catalog, model, wanted)
    return _shown(call, model)


@command(group, "unpin")
def unpin(call: Invocation, model: ModelId) -> Answer:
    """Rank a model's providers by what they do."""
    unpin_order(call.runtime.overrides, call.runtime.catalog, model)
    return _shown(call, model)


@command(group, "freeze")
def freeze(call: Invocation, model: ModelId) -> Answer:
    """Take a model's orders as they are: no ranking, no exploration, no breakers."""
    freeze_order(call.runtime.overrides, call.runtime.catalog, model)
    return _shown(call, model)


@command(group, "thaw")
def thaw(call: Invocation, model: ModelId) -> Answer:
    """Let statistics and breakers order a model's providers again."""
    thaw_order(call.runtime.overrides, call.runtime.catalog, model)
    return _shown(call, model)


@command(group, "cap")
def cap(
    call: Invocation,
    provider: Annotated[str, typer.Argument(metavar="PROVIDER", help="A provider, such as fal.")],
    amount: Annotated[
        Money, typer.Argument(parser=read_amount, metavar="DOLLARS", help="For each UTC day, such as 25.00.")
    ],
) -> Answer:
    """Send a provider no more jobs on a UTC day once they cost this much. What it cost today counts."""
    return _capped(call, provider, amount)


@command(group, "uncap")
def uncap(
    call: Invocation,
    provider: Annotated[str, typer.Argument(metavar="PROVIDER", help="A provider, such as fal.")],
) -> Answer:
    """Let a provider cost what it costs."""
    return _capped(call, provider, None)


@command(group, "limit")
def limit(
    call: Invocation,
    provider: Annotated[str, typer.Argument(metavar="PROVIDER", help="A provider, such as bfl.")],
    *,
    concurrent: Annotated[int | None, typer.Option(min=1, help="Jobs at once, such as 24.")] = None,
    per_minute: Annotated[
        int | None, typer.Option(min=1, help="Jobs begun in a minute, such as 600.")
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="As many as there are.")] = False,
) -> Answer:
    """Give a provider no more jobs at once, or in a minute, than this. What is not named has no limit."""
    wanted = Limit(concurrent, per_minute)
    if none is (wanted != Limit()):
        raise typer.BadParameter("name --concurrent, --per-minute or both, or else --none")
    overrides = limit_provider(call.runtime.overrides, provider, None if none else wanted, _providers(call))
    call.note("Warm functions follow within half a minute; jobs that began before are not counted.")
    data = {"provider": provider, **_limit(call, overrides, provider)}
    return Answer(data, facts(data))


def _limit(call: Invocation, overrides: Overrides, provider: str) -> dict[str, object]:
    """Tell a provider's limit, and how many of its places are taken."""
    allowed, runtime = overrides.limits.get(provider), call.runtime
    taken = under_way(runtime.loads.minutes(provider, runtime.now_ms())) if allowed else None
    allowed = allowed or Limit()
    return {"concurrent": allowed.concurrent, "per_minute": allowed.per_minute, "under_way": taken}


def _providers(call: Invocation) -> set[str]:
    return {route.provider for model in call.runtime.catalog.models for route in model.routes}


def _capped(call: Invocation, provider: str, amount: Money | None) -> Answer:
    runtime, now_ms = call.runtime, call.runtime.now_ms()
    overrides = cap_provider(
        runtime.overrides, runtime.spending, provider, amount, known=_providers(call), now_ms=now_ms
    )
    call.note("Warm functions follow within half a minute; jobs that were sent before go on.")
    today = day_of(now_ms)
    out = overrides.why_out(provider, today)
    spent = runtime.spending.of_day(today).get(provider, ZERO)
    data: dict[str, object] = {
        "provider": provider,
        "cap": amount and dollars(amount),
        "spent_today": dollars(spent),
        "out": out and out.value,
    }
    return Answer(data, facts(data))


def _shown(call: Invocation, model: str) -> Answer:
    call.note("Warm functions follow within half a minute.")
    rows = _rows(call, call.runtime.catalog.model(model))
    return Answer(rows, listing(COLUMNS, [[row[column] for column in COLUMNS] for row in rows]))


def _rows(call: Invocation, model: Model) -> list[dict[str, object]]:
    runtime = call.runtime
    overrides = runtime.overrides.get()
    try:  # without a seed: an operator wants to see the rule, not one generation's luck
        order = runtime.steering.order(model.identifier, model.providers, ranked=True, seed=None)
    except ServiceUnavailable:
        order = ()
    spent = runtime.spending.of_day(day_of(runtime.now_ms()))
    routes = show_routing(runtime.models, model, order, runtime.now_ms(), why_out=runtime.steering.why_out)
    return [
        {**_row(model.identifier, route, overrides, spent), **_limit(call, overrides, route.provider)}
        for route in routes
    ]


def _row(
    model: str, route: ProviderRoute, overrides: Overrides, spent: Mapping[str, Money]
) -> dict[str, object]:
    record, cap = route.record, overrides.caps.get(route.provider)
    return {
        "model": model,
        "place": route.place,
        "provider": route.provider,
        "out": route.out and route.out.value,
        "breaker": route.breaker.value,
        "attempts": route.window.attempts,
        "failures": route.window.failures,
        "score": None if route.score is None else round(route.score, 3),
        "samples": round(record.samples, 1),
        "success_rate": round(record.success_rate, 3) if record.samples else None,
        "p95_s": None if record.p95_ms is None else round(record.p95_ms / 1000, 1),
        "cost": None if record.cost_micros is None else str(Money(record.cost_micros)),
        "spent_today": dollars(spent.get(route.provider, ZERO)),
        "cap": cap and dollars(cap),
        "pinned": model in overrides.pins,
        "frozen": model in overrides.frozen,
    }
