"""Runs a strategy through the world: arrivals, attempts and failover as events on one clock."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from benchmarks.routing.strategies import Strategy
from benchmarks.routing.world import HOUR_MS, PROVIDERS, Provider

GENERATIONS: Final = 10_000
HOURS: Final = 24
SEED: Final = 20_261_121


@dataclass(slots=True)
class Ended:
    """What became of one generation. Latency counts from its arrival to its end."""

    arrived_ms: int
    latency_ms: int
    succeeded: bool
    cost_micros: int


@dataclass
class Run:
    """One strategy's run."""

    strategy: Strategy
    providers: Sequence[Provider] = PROVIDERS
    seed: int = SEED
    ended: list[Ended] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Draw all that chance decides from the seed, so that every strategy meets the same world."""
        self._events: list[tuple[int, int, Callable[[int], None]]] = []
        self._numbers = count()
        self._by_name = {provider.name: provider for provider in self.providers}

    def play(self, generations: int = GENERATIONS, hours: int = HOURS) -> list[Ended]:
        """Play all generations to their end."""
        arrivals = random.Random(self.seed)  # noqa: S311  reproducible on purpose
        for number in range(generations):
            self._at(round(arrivals.uniform(0, hours * HOUR_MS)), self._arrival(f"{self.seed}-{number}"))
        while self._events:
            now_ms, _, happen = heapq.heappop(self._events)
            happen(now_ms)
        return self.ended

    def _at(self, when_ms: int, happen: Callable[[int], None]) -> None:
        heapq.heappush(self._events, (when_ms, next(self._numbers), happen))

    def _arrival(self, generation_id: str) -> Callable[[int], None]:
        def arrive(now_ms: int) -> None:
            order = self.strategy.order([p.name for p in self.providers], generation_id, now_ms)
            self._attempt(generation_id, order, 0, Ended(now_ms, 0, succeeded=False, cost_micros=0), now_ms)

        return arrive

    def _attempt(
        self, generation_id: str, order: Sequence[str], number: int, so_far: Ended, now_ms: int
    ) -> None:
        while number < len(order) and self.strategy.passes_over(
            order[number], now_ms, is_last=number == len(order) - 1
        ):
            number += 1
        if number == len(order):
            so_far.latency_ms = now_ms - so_far.arrived_ms
            self.ended.append(so_far)
            return
        name = order[number]
        chance = random.Random(f"{generation_id}/{name}")  # noqa: S311  the same in every run
        outcome = self._by_name[name].attempt(now_ms, chance)

        def end(end_ms: int) -> None:
            self.strategy.learn(name, outcome, now_ms, end_ms)
            so_far.cost_micros += outcome.cost_micros
            if outcome.succeeded:
                so_far.succeeded, so_far.latency_ms = True, end_ms - so_far.arrived_ms
                self.ended.append(so_far)
            else:
                self._attempt(generation_id, order, number + 1, so_far, end_ms)

        self._at(now_ms + outcome.took_ms, end)
