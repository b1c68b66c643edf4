"""What generations would cost, before anything is ordered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tidegate.domain.model import Model
from tidegate.domain.money import Money


@dataclass(frozen=True, slots=True)
class Estimate:
    """The price of ``count`` generations, each as it would be held at submit."""

    model: Model
    params: Mapping[str, object]  # what the price depends on, defaults filled in
    count: int
    per_generation: Money  # positive
    balance: Money | None  # None: it cannot be read now

    @property
    def total(self) -> Money:
        """The price of all of them."""
        return self.per_generation * self.count

    @property
    def can_afford(self) -> bool | None:
        """Whether the balance covers all of them."""
        return None if self.balance is None else self.balance >= self.total

    @property
    def max_affordable(self) -> int | None:
        """How many of them the balance covers, whatever ``count`` is."""
        return None if self.balance is None else self.balance // self.per_generation
