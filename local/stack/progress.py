"""How the work is shown: a spinner in a terminal, a line per step elsewhere, nothing in tests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console

_PIPED_WIDTH = 200
Detail = Callable[[str], None]


class Progress(Protocol):
    """Shows steps. Within a step, the detail that was said last replaces the one before."""

    def step(self, title: str) -> AbstractContextManager[Detail]:
        """Show one step for as long as the block runs."""

    def note(self, message: str) -> None:
        """Say something beside the steps."""


class Silent:
    """Shows nothing."""

    @contextmanager
    def step(self, title: str) -> Iterator[Detail]:  # noqa: ARG002
        """Run the block."""
        yield lambda _: None

    def note(self, message: str) -> None:
        """Drop the message."""


def console_of(*, stderr: bool = False) -> Console:
    """Return a console that colours in a terminal and never wraps in a pipe."""
    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal:
        console.width = _PIPED_WIDTH
    return console


class Shown:
    """Shows steps on a console, with the time that each took."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, title: str) -> Iterator[Detail]:
        """Show a spinner in a terminal, then one line with the outcome."""
        started = time.monotonic()
        try:
            if self._console.is_terminal:
                with self._console.status(title) as status:
                    yield lambda detail: status.update(f"{title} [dim]{detail}[/dim]")
            else:
                yield lambda _: None
        except BaseException:
            self._console.print(f"[red]✘[/red] {title}")
            raise
        self._console.print(f"[green]✔[/green] {title} [dim]{time.monotonic() - started:.1f} s[/dim]")

    def note(self, message: str) -> None:
        """Print one line."""
        self._console.print(f"[yellow]·[/yellow] {message}", soft_wrap=True)
