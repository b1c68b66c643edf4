"""One run of a command: its target, opened when first asked for, and its two ways to speak."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from rich.console import Console, RenderableType

from cli.choose import Choice, choose
from cli.render import plain
from cli.target import Target
from tidegate.runtime import Runtime

_PIPED_WIDTH: Final = 240  # so that a pipe never cuts an id; a terminal uses its own width


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found: ``data`` for scripts, ``view`` for people."""

    data: object
    view: RenderableType
    lines: Sequence[str] = ()  # what people copy: printed below the view, never wrapped
    exit_code: int = 0


class Invocation:
    """Opens the target and prints answers."""

    def __init__(self, choice: Choice, *, as_json: bool) -> None:
        self._choice = choice
        self.as_json = as_json
        self.out = _console(stderr=False)
        self.err = _console(stderr=True)

    @cached_property
    def target(self) -> Target:
        """The deployment, named on stderr before anything is done to it."""
        target = choose(self._choice, Path.cwd())
        self.err.print(f"target: {target.label}", style="dim", soft_wrap=True)
        return target

    @cached_property
    def runtime(self) -> Runtime:
        """The target's tables, queues and bus."""
        return Runtime(self.target.env, session=self.target.session)

    def show(self, answer: Answer) -> None:
        """Print one answer to stdout: a line of JSON, or a table."""
        if self.as_json:
            self.emit(answer.data)
        else:
            self.out.print(answer.view)
            for line in answer.lines:
                self.out.out(line, highlight=False)

    def emit(self, data: object) -> None:
        """Print one line of JSON to stdout."""
        self.out.out(json.dumps(data), highlight=False)

    def note(self, message: str) -> None:
        """Tell the operator something beside the answer, on stderr."""
        self.err.print(plain(message), style="yellow", soft_wrap=True)

    def refuse(self, code: str, message: str) -> None:
        """Print a refusal to stderr."""
        if self.as_json:
            self.err.out(json.dumps({"error": {"code": code, "message": message}}), highlight=False)
        else:
            self.err.print(plain(f"refused: {message}"), style="red", soft_wrap=True)


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, markup=False, highlight=False)
    if not console.is_terminal:
        console.width = _PIPED_WIDTH
    return console
