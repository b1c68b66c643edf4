"""SharkApi's wallet across every ending of a job: the table of docs/sharkapi.md."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contract.babysea.gateway import Clock
from tests.integration.attempts.scripted import ScriptedProvider, synchronous
from tests.integration.attempts.shark_world import DOLLARS, SharkWorld
from tests.integration.attempts.world import START_MS
from tests.integration.conftest import SESSION
from tidegate.domain.money import ZERO

PAGE = (Path(__file__).parents[3] / "docs" / "sharkapi.md").read_text(encoding="utf-8")
Providers = Callable[[], tuple[ScriptedProvider, ...]]
Go = Callable[[SharkWorld], object]


def _to_the_end(world: SharkWorld) -> object:
    return world.run()


def _nowhere(world: SharkWorld) -> object:
    return world


def _while_an_answer_may_come(world: SharkWorld) -> object:
    return world.run(until=lambda: world.now_ms > START_MS + 500_000)


def _and_the_answer_comes_then(world: SharkWorld) -> object:
    world.run()
    world.callback(1, "fal-1")
    return world.run()


def _fine() -> tuple[ScriptedProvider, ...]:
    return (ScriptedProvider("replicate"),)


def _silent() -> tuple[ScriptedProvider, ...]:
    return (ScriptedProvider("fal", ["lost"], polls=0, searchable=False),)


# What happens to a job: the row of the page, who works on it, and how far it goes.
ROWS: dict[str, tuple[Providers, Go]] = {
    "accepted": (_fine, _nowhere),
    "complete": (_fine, _to_the_end),
    "complete by the second provider": (
        lambda: (ScriptedProvider("replicate", ["500"] * 2), ScriptedProvider("fal")),
        _to_the_end,
    ),
    "every provider failed": (
        lambda: (ScriptedProvider("replicate", ["401"]), ScriptedProvider("fal", ["failed"])),
        _to_the_end,
    ),
    "refused by a provider's moderation": (
        lambda: (ScriptedProvider("replicate", ["moderated"]), ScriptedProvider("fal")),
        _to_the_end,
    ),
    "no answer yet, one may still come": (_silent, _while_an_answer_may_come),
    "no answer until the hold ended": (_silent, _to_the_end),
    "an answer that is lost for good": (lambda: (synchronous("replicate", ["lost"]),), _to_the_end),
    "late success, nobody else served": (
        lambda: (ScriptedProvider("replicate", polls=15), ScriptedProvider("fal", ["stuck"])),
        _to_the_end,
    ),
    "late success, another had served": (
        lambda: (ScriptedProvider("replicate", polls=15), ScriptedProvider("fal")),
        _to_the_end,
    ),
    "late success, the job had failed": (_silent, _and_the_answer_comes_then),
}


@pytest.fixture
def clock(aws: dict[str, str]) -> Clock:
    """A runtime whose time is the world's."""
    return Clock(aws, SESSION)


def _shown(row: str) -> list[str]:
    """The cells of a row of the table in docs/sharkapi.md."""
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {row} |")]
    return [cell.strip().strip("`") for cell in line.strip("|").split("|")][1:]


def _cells(world: SharkWorld) -> list[str]:
    seen = world.seen()
    return [seen.status, seen.cost or "null", seen.balance, seen.held, str(seen.trials)]


@pytest.mark.parametrize("row", ROWS)
def test_the_wallet_is_what_the_page_says(clock: Clock, row: str) -> None:
    providers, go = ROWS[row]
    paid, free = SharkWorld(clock, *providers()), SharkWorld(clock, *providers(), trials=3)
    for world in (paid, free):
        go(world)
        assert _exact(world)
    assert [*_cells(paid)[:4], *_cells(free)[1:]] == _shown(row)


def _exact(world: SharkWorld) -> bool:
    """Whether what was granted is in the wallet, held, or charged once."""
    balance, held, in_flight = world.books()
    seen = world.seen()
    charged = world.generation.price if seen.cost else ZERO
    return balance + held + charged == DOLLARS and (held == ZERO or in_flight == 1)


def test_the_page_has_no_other_rows() -> None:
    table = PAGE.partition("| Job |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1].strip() for line in table.splitlines()[2:]]
    assert rows == list(ROWS)
