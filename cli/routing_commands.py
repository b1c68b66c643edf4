"""``tidegate routing``: where generations go, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.command import command
from cli.invocation import Answer, Invocation
from cli.render import listing
from tidegate.domain.errors import ServiceUnavailable
from tidegate.domain.model import Model
from tidegate.domain.money import Money
from tidegate.domain.overrides import Overrides
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
    routes = show_routing(runtime.models, model, order, runtime.now_ms(), why_out=runtime.steering.why_out)
    return [_row(model.identifier, route, overrides) for route in routes]


def _row(model: str, route: ProviderRoute, overrides: Overrides) -> dict[str, object]:
    record = route.record
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
        "pinned": model in overrides.pins,
        "frozen": model in overrides.frozen,
    }
