"""Who is next: orders in which races show."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

_CALLS: Final = 5  # that an operation makes, more or less: changes later than that change nothing
_STAYS: Final = 0.6


class Order:
    """Chooses among operations, in one of two ways that the seed decides.

    By priorities that change at a few points: few changes are what most races need, and where they must be is
    soon hit (Burckhardt et al., "A randomized scheduler with probabilistic guarantees of finding bugs",
    ASPLOS 2010). Or else whoever was last, or anybody, by lot.
    """

    def __init__(self, random: Random, count: int) -> None:
        self._random = random
        self._by_priority = random.random() < _STAYS
        self._priorities = [random.random() for _ in range(count)]
        self._changes = {random.randint(2, _CALLS * count) for _ in range(random.randint(1, 3))}
        self._step = 0
        self._last: int | None = None

    def choose(self, waiting: Sequence[int]) -> int:
        """Choose who goes on, of those that have not ended."""
        self._step += 1
        chosen = self._by_rank(waiting) if self._by_priority else self._by_lot(waiting)
        self._last = chosen
        return chosen

    def _by_rank(self, waiting: Sequence[int]) -> int:
        if self._step in self._changes and self._last is not None:
            self._priorities[self._last] = -self._step
        return max(waiting, key=self._priorities.__getitem__)

    def _by_lot(self, waiting: Sequence[int]) -> int:
        if self._last is not None and self._last in waiting and self._random.random() < _STAYS:
            return self._last
        return self._random.choice(waiting)
