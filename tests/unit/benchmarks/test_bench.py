"""What `make bench` prints, and that a part which cannot be measured spoils no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from benchmarks import __main__ as program
from benchmarks.figure import Figure, table_of
from benchmarks.on_stack import NotMeasured
from local.stack import StackInfo

COUNTED = Figure("calls", 2, 2)


def _printed(*figures: Figure) -> str:
    console = Console(file=StringIO(), width=120)
    console.print(table_of(figures))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize(("measured", "met"), [(1.9, True), (2, True), (2.1, False)])
def test_a_target_is_a_highest_value(measured: float, met: bool) -> None:  # noqa: FBT001
    assert Figure("calls", measured, 2).is_met is met


def test_a_figure_without_a_target_is_neither_met_nor_missed() -> None:
    assert Figure("calls", 2).is_met is None
    assert "yes" not in _printed(Figure("calls", 2))


def test_the_table_shows_figure_target_verdict_and_what_is_in_it() -> None:
    shown = _printed(Figure("cost", 0.0912, 0.1, "${:.4f}", "all calls"), Figure("time", 3, 1))
    (cost,) = [line for line in shown.splitlines() if line.startswith("cost")]
    assert cost.split("  ")[0] == "cost"
    assert all(part in cost for part in ("$0.0912", "≤ $0.1000", "yes", "all calls"))
    assert " no" in shown


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is measured, and no stack runs here."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("benchmarks.counted.figures", lambda: [COUNTED])
    monkeypatch.setattr("benchmarks.submit.figures", list)
    monkeypatch.setattr("benchmarks.imports.figures", lambda _: [])


@pytest.mark.usefixtures("quick")
def test_without_a_stack_the_other_figures_are_printed() -> None:
    run = CliRunner().invoke(program.app, [])
    assert run.exit_code == 0
    assert "make up" in run.stderr
    assert "≤ 2" in run.stdout


class _BrokenStack:
    """A stack that comes up and serves nobody."""

    stopped = 0

    def __init__(self, *_: object) -> None:
        """Stand for any directory and ports."""

    def up(self, _: object) -> StackInfo:
        return StackInfo("http://127.0.0.1:1", {}, "", "", "", "", "", "", "", "", {}, ())

    def down(self, _: object) -> None:
        type(self).stopped += 1


@pytest.mark.usefixtures("quick")
def test_a_stack_that_fails_costs_only_what_is_missing_and_is_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_info: StackInfo, _detail: Callable[[str], None]) -> Iterator[Figure]:
        yield Figure("overhead", 0.5, 1)
        raise NotMeasured("a submit was answered with 503")

    monkeypatch.setattr(program, "Stack", _BrokenStack)
    monkeypatch.setattr("benchmarks.on_stack.figures", refuse)
    run = CliRunner().invoke(program.app, ["--stack"])
    assert run.exit_code == 0
    assert "answered with 503" in run.stderr
    assert "≤ 2" in run.stdout
    assert "overhead" in run.stdout
    assert _BrokenStack.stopped == 1
