"""The prices of AWS, read from ``prices.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for ``per`` units, and the page that says so."""

    title: str
    dollars: Decimal
    per: int
    page: str

    def __post_init__(self) -> None:
        """Refuse what is no price: a table may be somebody's own."""
        if not isinstance(self.dollars, Decimal | int) or not isinstance(self.per, int):
            raise TypeError(f"{self.title}: dollars and per must be numbers")
        if not Decimal(self.dollars).is_finite() or self.dollars < 0 or self.per < 1:
            raise ValueError(f"{self.title}: dollars must be 0 or more, per 1 or more")

    def of(self, amount: Decimal) -> Decimal:
        """What so many units cost, in dollars."""
        return amount * self.dollars / self.per


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What a run in one process cannot count. Shares are of invocations."""

    traced_share: Decimal
    cold_share: Decimal
    cold_ms: int
    log_bytes: int
    access_log_bytes: int
    duration_ms: Mapping[str, int]  # by the step's name


@dataclass(frozen=True, slots=True)
class Prices:
    """All of them, of one region on one day."""

    region: str
    as_of: date
    price: Mapping[str, Price]
    assumed: Assumptions


def read_prices(file: Path = FILE) -> Prices:
    """Read the file.

    Raises:
        TypeError, KeyError, ValueError: an entry is missing, unknown, or of no use.
    """
    raw = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    if not isinstance(raw["as_of"], date):
        raise TypeError("as_of must be a date")
    return Prices(
        region=raw["region"],
        as_of=raw["as_of"],
        price={name: Price(**entry) for name, entry in raw["price"].items()},
        assumed=Assumptions(**raw["assumed"]),
    )
