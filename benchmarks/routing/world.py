"""The simulated providers: how they do at each hour. Every figure is invented, and stated here."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

HOUR_MS: Final = 3_600_000
DEADLINE_MS: Final = 60_000  # of one attempt, as for pictures (tidegate.domain.budget)


@dataclass(frozen=True, slots=True)
class Spell:
    """From one hour to another a provider fails more often, is slower, or does not answer at all."""

    begin_h: float
    end_h: float
    fails: float = 0.0
    silent: float = 0.0  # no answer until the deadline; billed all the same
    slower: float = 1.0


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider: what a picture costs there, how long it usually takes, and its bad hours."""

    name: str
    cost_micros: int
    median_ms: int
    fails: float
    spells: tuple[Spell, ...] = ()

    def attempt(self, at_ms: int, chance: random.Random) -> Outcome:
        """Draw what becomes of an attempt that is sent now."""
        hour = at_ms / HOUR_MS
        now = [spell for spell in self.spells if spell.begin_h <= hour < spell.end_h]
        drawn, slower = chance.random(), max([1.0, *(spell.slower for spell in now)])
        took_ms = round(self.median_ms * slower * chance.lognormvariate(0, 0.35))
        fails = max([self.fails, *(spell.fails for spell in now)])
        silent = max([0.0, *(spell.silent for spell in now)])
        if drawn < silent or took_ms >= DEADLINE_MS:
            return Outcome(DEADLINE_MS, succeeded=False, cost_micros=self.cost_micros)
        if drawn < silent + fails:
            return Outcome(round(chance.uniform(300, 3_000)), succeeded=False, cost_micros=0)
        return Outcome(took_ms, succeeded=True, cost_micros=self.cost_micros)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt."""

    took_ms: int
    succeeded: bool
    cost_micros: int


# In the catalogue's order. One price for all, as replicate and fal have for FLUX schnell: what a run costs
# beyond it was wasted.
PROVIDERS: Final[Sequence[Provider]] = (
    Provider(
        "aurora",
        3_000,
        5_500,
        0.01,
        (Spell(5, 9, fails=0.6), Spell(9, 11, slower=6.0), Spell(19, 21, silent=0.5)),
    ),
    Provider("borealis", 3_000, 4_500, 0.02, (Spell(13, 16, silent=0.7), Spell(22, 23, fails=0.9))),
    Provider("corona", 3_000, 9_000, 0.01, (Spell(6, 8, fails=0.3), Spell(17, 18, slower=5.0))),
)
