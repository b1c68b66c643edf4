"""How things look: exact dollars, local times, and text from outside made harmless for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from rich.table import Table
from rich.text import Text

from tidegate.domain.money import Money

ABSENT: Final = "-"


class Dollars(str):
    """An exact amount as text, ``10.00``: bare for scripts, with its sign for people."""

    __slots__ = ()


def dollars(amount: Money) -> Dollars:
    """Write an exact amount with at least two decimals."""
    whole, _, cents = f"{amount.dollars.normalize():f}".partition(".")
    return Dollars(f"{whole}.{cents:0<2}")


def moment(at_ms: int | None) -> str | None:
    """An instant in the operator's own time zone, ISO 8601 with its offset."""
    if at_ms is None:
        return None
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone().isoformat(timespec="milliseconds")


def span(from_ms: int | None, to_ms: int | None) -> str:
    """How long something took, in seconds; absent while an end is missing."""
    if from_ms is None or to_ms is None:
        return ABSENT
    return f"{(to_ms - from_ms) / 1000:.2f} s"


def plain(value: object) -> Text:
    """Text for a cell. Names and error messages come from outside: no control codes, no markup."""
    match value:
        case None | "":
            return Text(ABSENT, style="dim")
        case bool():
            shown = "yes" if value else "no"
        case Dollars():
            shown = f"${value}"
        case list() | tuple():
            shown = ", ".join(str(part) for part in value)
        case _:
            shown = str(value)
    return Text("".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in shown))


def facts(entries: Mapping[str, object]) -> Table:
    """One record, a line per field."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in entries.items():
        table.add_row(name, plain(value))
    return table


def listing(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> Table:
    """Many records, a line each."""
    table = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(plain(value) for value in row))
    return table
