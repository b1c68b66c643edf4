"""Wait on a condition with a deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(condition: Callable[[], T | None], what: str, within_s: float = 60.0, every_s: float = 0.2) -> T:
    """Return the condition's first true value; fail with ``what`` when there is none in time."""
    pause, deadline = threading.Event(), time.monotonic() + within_s
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        pause.wait(every_s)
    raise AssertionError(f"{what}: not within {within_s} s")
