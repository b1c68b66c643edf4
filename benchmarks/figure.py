"""A measured figure against its target, and the table of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from rich.table import Table

_MARKS = {True: "[green]yes[/green]", False: "[red]no[/red]", None: "[dim]-[/dim]"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. ``form`` writes numbers, such as ``${:.4f}``; without a target it is for information."""

    name: str
    measured: float | Decimal
    target: float | None = None
    form: str = "{:g}"
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether it is within its target; None without one. Every target is a highest value."""
        return None if self.target is None else self.measured <= self.target

    def row(self) -> tuple[str, str, str, str, str]:
        """Write it for the table."""
        target = "" if self.target is None else f"≤ {self.form.format(self.target)}"
        return self.name, self.form.format(self.measured), target, _MARKS[self.is_met], self.note


def table_of(figures: Iterable[Figure]) -> Table:
    """Return the table that people read."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("figure", "measured", "target", "met", "what is in it"):
        numeric = title in {"measured", "target"}
        table.add_column(title, justify="right" if numeric else "left", overflow="fold", no_wrap=numeric)
    for figure in figures:
        table.add_row(*figure.row())
    return table
