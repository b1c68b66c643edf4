"""``fastest`` against a fixed and a random order, in the same world: 10,000 generations each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from benchmarks.routing.report import Summary, plot, summarize, table
from benchmarks.routing.simulation import GENERATIONS, Ended, Run
from benchmarks.routing.strategies import Fastest, Fixed, Shuffled
from benchmarks.routing.world import PROVIDERS

DOCS = Path(__file__).parents[3] / "docs"


@cache
def runs() -> Mapping[str, Sequence[Ended]]:
    return {strategy.name: Run(strategy).play() for strategy in (Fixed(), Shuffled(), Fastest())}


def summaries() -> dict[str, Summary]:
    return {name: summarize(ended) for name, ended in runs().items()}


def test_every_generation_comes_to_an_end_in_every_run() -> None:
    assert {len(ended) for ended in runs().values()} == {GENERATIONS}


def test_fastest_beats_both_in_time_latency_and_cost() -> None:
    found = summaries()
    fastest = found.pop("fastest")
    for other in found.values():
        assert fastest.in_time > other.in_time
        assert fastest.p50_ms < other.p50_ms
        assert fastest.p95_ms < other.p95_ms
        assert fastest.dollars_per_1000 < other.dollars_per_1000


def test_the_same_seed_gives_the_same_run() -> None:
    again = Run(Fastest()).play(500)
    assert again == Run(Fastest()).play(500)
    assert again != Run(Fastest(), seed=1).play(500)


def test_a_world_without_trouble_makes_no_difference_to_who_succeeds() -> None:
    calm = [replace(provider, fails=0.0, spells=()) for provider in PROVIDERS]
    for strategy in (Fixed(), Shuffled(), Fastest()):
        assert all(entry.succeeded for entry in Run(strategy, calm).play(500))


def test_the_page_shows_this_table_and_this_picture() -> None:
    page = (DOCS / "routing.md").read_text(encoding="utf-8")
    assert table(summaries()) in page
    assert (DOCS / "routing-simulation.svg").read_text(encoding="utf-8") == plot(runs())
