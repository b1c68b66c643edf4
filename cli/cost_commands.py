"""``tidegate cost``: what AWS bills for generations, and for a month without any."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Group

from cli.command import command
from cli.counted import Counts, read_counts
from cli.invocation import Answer, Invocation
from cli.prices import FILE, Price, Prices, read_prices
from cli.refusal import Refused
from cli.render import Dollars, facts, listing

_THOUSAND: Final = 1_000
_PLACES: Final = Decimal("0.0001")
_COLUMNS: Final = ("item", "basis", "for one generation", "for 1,000", "idle month", "page")


def add_cost(app: typer.Typer) -> None:
    """Add the command, which has no group and asks no deployment."""
    command(app, "cost", has_target=False)(cost)


def cost(
    call: Invocation,
    *,
    generations: Annotated[
        int, typer.Option(min=0, help="Generations in a month, for the sum of one such month.")
    ] = _THOUSAND,
    prices: Annotated[
        Path, typer.Option(metavar="FILE", help="A price table of another region or day, as cli/prices.toml.")
    ] = FILE,
) -> Answer:
    """Show what AWS bills for 1,000 image generations and for an idle month; asks nobody."""
    table, counts = _read(prices), read_counts()
    items = [_item(name, table, counts) for name in counts.items]
    by_call, with_time, idle = (_sum(table, amounts) for amounts in counts.sums)
    sums: dict[str, object] = {
        "per_1000_calls": _dollars(by_call * _THOUSAND),
        "per_1000": _dollars(with_time * _THOUSAND),
        "idle_month": _dollars(idle),
        "generations": generations,
        "month": _dollars(idle + with_time * generations),
    }
    told: dict[str, object] = {"region": table.region, "as_of": table.as_of.isoformat()}
    call.note("Providers, storage and downloads come on top: docs/costs.md.")
    rows = [[*item.values()] for item in items]
    return Answer({**told, **sums, "items": items}, Group(listing(_COLUMNS, rows), facts({**told, **sums})))


def _read(file: Path) -> Prices:
    try:
        return read_prices(file)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refused(f"{file} is no price table: {error!r}", code="invalid_input") from error


def _item(name: str, table: Prices, counts: Counts) -> dict[str, object]:
    """One item: what it is, what is counted of it, what that costs, and who says so."""
    price = _price(table, name)
    each, idle = counts.generation.get(name), counts.idle_month.get(name)
    return {
        "item": price.title,
        "basis": "assumed" if name in counts.assumed else "counted",
        "per_generation": None if each is None else f"{each:f}",
        "per_1000": None if each is None else _dollars(price.of(each * _THOUSAND)),
        "idle_month": None if idle is None else _dollars(price.of(idle)),
        "page": price.page,
    }


def _sum(table: Prices, amounts: Mapping[str, Decimal]) -> Decimal:
    return sum((_price(table, name).of(amount) for name, amount in amounts.items()), Decimal())


def _price(table: Prices, name: str) -> Price:
    if name not in table.price:
        raise Refused(f"the price table lacks price.{name}", code="invalid_input")
    return table.price[name]


def _dollars(amount: Decimal) -> Dollars:
    return Dollars(f"{amount.quantize(_PLACES):f}")
