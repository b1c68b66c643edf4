"""Watching something until it is over."""

from __future__ import annotations

import pytest

from cli.following import follow
from cli.refusal import Refused


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were taken, without taking them."""
    taken: list[float] = []
    monkeypatch.setattr("cli.following.time.sleep", taken.append)
    return taken


def test_each_change_is_told_once_and_the_end_is_returned(pauses: list[float]) -> None:
    states = iter(["a", "a", "b", "b", "end"])
    told: list[str] = []
    last = follow(lambda: next(states), lambda s: s == "end", told.append, timeout_s=60, what="it")
    assert (last, told) == ("end", ["a", "b", "end"])
    assert len(pauses) == 4


def test_it_looks_once_even_without_time(pauses: list[float]) -> None:
    told: list[str] = []
    with pytest.raises(Refused, match="it is not over after 0 s") as refused:
        follow(lambda: "a", lambda _: False, told.append, timeout_s=0, what="it")
    assert refused.value.code == "timeout"
    assert (told, pauses) == (["a"], [])
