"""Whatever is done to a library at once, in whatever order its calls come, it is whole afterwards.

What a seed finds, it finds again: ``pytest tests/interleavings -k flows-3``. To look further than usual, say
how many seeds a theme shall have: ``TIDEGATE_SEEDS=200 pytest tests/interleavings``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pytest

from tests.contract.banatie.client import Client
from tests.interleavings.library_invariants import Library, broken, nothing_breaks
from tests.interleavings.library_themes import THEMES
from tests.interleavings.library_world import describe_call
from tests.interleavings.scheduler import Scheduler

CASES = [
    (theme, seed)
    for theme, drawn in THEMES.items()
    for seed in range(int(os.environ.get("TIDEGATE_SEEDS", drawn.seeds)))
]


@dataclass(frozen=True, slots=True)
class Play:
    """What was done to a library under a seed, and what came of it."""

    operations: list[str]
    calls: list[str]
    problems: list[str]

    def __str__(self) -> str:
        """All of it, to be read."""
        parts = {"Broken": self.problems, "Operations": self.operations, "Calls": self.calls}
        return "\n".join(f"{part}:\n  " + "\n  ".join(lines) for part, lines in parts.items())


def _play(theme: str, seed: int, client: Client, patch: pytest.MonkeyPatch) -> Play:
    name = f"{theme} {seed}"
    world = THEMES[theme].world(client, Random(name), patch)  # noqa: S311  to be had again
    operations = THEMES[theme].draw(world)
    scheduler = Scheduler(name, describe_call)
    with world.watched_by(scheduler):
        outcomes = scheduler.run(operations)
    problems = list(nothing_breaks(outcomes))
    try:
        world.drain()
    except Exception as error:  # noqa: BLE001  told beside what led to it
        problems.append(f"what was under way does not end: {error!r}")
    problems += broken(Library.of(world))
    return Play([operation for operation, _ in operations], scheduler.trace, problems)


@pytest.mark.parametrize(("theme", "seed"), CASES)
def test_a_library_is_whole_whatever_is_done_to_it_at_once(
    theme: str, seed: int, begin: Callable[[], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    play = _play(theme, seed, begin(), monkeypatch)

    if play.problems:
        pytest.fail(f"Seed {theme}-{seed}\n{play}", pytrace=False)


@pytest.mark.parametrize("theme", ["flows", "live"])
def test_the_same_seed_does_the_same(
    theme: str, begin: Callable[[], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _play(theme, 0, begin(), monkeypatch) == _play(theme, 0, begin(), monkeypatch)
