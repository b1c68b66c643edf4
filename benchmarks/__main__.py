"""``python -m benchmarks``: figures against their targets (``make bench`` calls it). It asserts nothing.

Targets are those of the design. Each run is one run on one machine: counts hold anywhere, times do not.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from benchmarks import counted, imports, on_stack, submit
from benchmarks.figure import Figure, table_of
from local.stack import Ports, Stack, StackError, StackInfo
from local.stack.progress import Shown, console_of

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
HERE = Path(".local")


@app.command()
def bench(
    *,
    stack: Annotated[
        bool | None,
        typer.Option(
            help="Start an embedded stack for this run, or use none. Else: the one of `make up`, if it runs."
        ),
    ] = None,
) -> None:
    """Measure, and print one table."""
    shown = Shown(console_of(stderr=True))
    figures: list[Figure] = []
    with shown.step("Calls, capacity and dollars of a generation"):
        figures += counted.figures()
    with shown.step("CPU of one submit"):
        figures += submit.figures()
    with shown.step("Import of the submit handler") as detail:
        figures += imports.figures(detail)
    _measure_stack(shown, figures, wanted=stack)
    console_of().print(table_of(figures))


def _measure_stack(shown: Shown, figures: list[Figure], *, wanted: bool | None) -> None:
    """Measure on a stack if there is one; one that fails costs only the figures that are still missing."""
    try:
        with _info(shown, wanted=wanted) as info:
            if info is None:
                return
            with shown.step(f"One generation at a time, then submits, on {info.base_url}") as detail:
                for figure in on_stack.figures(info, detail):
                    figures.append(figure)  # noqa: PERF402  what came before a failure stays
    except (StackError, on_stack.NotMeasured) as error:
        shown.note(str(error))


@contextmanager
def _info(shown: Shown, *, wanted: bool | None) -> Iterator[StackInfo | None]:
    if wanted:
        with tempfile.TemporaryDirectory(prefix="tidegate-bench-") as folder:
            own = Stack(folder, Ports.automatic())
            try:
                yield own.up(shown)
            finally:
                own.down(shown)
        return
    running = Stack(HERE)
    info = running.info if wanted is None and None not in running.status().values() else None
    if info is None:
        shown.note("No stack: run `make up` before, or give --stack, for the figures of a running system.")
    yield info


if __name__ == "__main__":
    sys.exit(app())
