"""What is counted of a generation and of an idle month, read from ``counted.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("counted.toml")


@dataclass(frozen=True, slots=True)
class Counts:
    """Amounts by the names of the price table. Those ``assumed`` rest on durations and sizes."""

    assumed: frozenset[str]
    generation: Mapping[str, Decimal]
    idle_month: Mapping[str, Decimal]

    @property
    def items(self) -> tuple[str, ...]:
        """All items, those of a generation first."""
        return tuple(dict.fromkeys([*self.generation, *self.idle_month]))

    @property
    def sums(self) -> tuple[Mapping[str, Decimal], Mapping[str, Decimal], Mapping[str, Decimal]]:
        """What is summed up: a generation's calls; all of it, with time and logs; an idle month."""
        calls = {name: amount for name, amount in self.generation.items() if name not in self.assumed}
        return calls, self.generation, self.idle_month


def read_counts(file: Path = FILE) -> Counts:
    """Read the file."""
    raw = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    generation, idle = (
        {name: Decimal(amount) for name, amount in raw[part].items()} for part in ("generation", "idle_month")
    )
    return Counts(frozenset(raw["assumed"]), generation, idle)
