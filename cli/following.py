"""Reading something again and again until it is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from cli.refusal import Refused

INTERVAL_S: Final = 0.5
_State = TypeVar("_State")


def follow(
    read: Callable[[], _State],
    is_over: Callable[[_State], bool],
    on_change: Callable[[_State], None],
    *,
    timeout_s: float,
    what: str,
) -> _State:
    """Read twice a second until it is over; tell of every state that differs from the one before.

    Raises:
        Refused: it is not over after ``timeout_s``. Nothing was changed by looking.
    """
    deadline = time.monotonic() + timeout_s
    before: _State | None = None
    while True:
        state = read()
        if state != before:
            on_change(state)
            before = state
        if is_over(state):
            return state
        if time.monotonic() >= deadline:
            raise Refused(f"{what} is not over after {timeout_s:g} s: look again later", code="timeout")
        time.sleep(INTERVAL_S)
