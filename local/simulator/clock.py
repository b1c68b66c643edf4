"""The simulator's own time, which a test can move forward."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

_LONGEST_WAIT_S = 3600  # a wait without end is a row of these


class Clock:
    """Seconds since the epoch, plus whatever was skipped. Waits end at once when a skip carries past them."""

    def __init__(self) -> None:
        self._skipped_s = 0.0
        self._moved = asyncio.Event()

    def now(self) -> float:
        """The current time in epoch seconds."""
        return time.time() + self._skipped_s

    def advance(self, seconds: float) -> None:
        """Skip ``seconds``."""
        self._skipped_s += seconds
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def reach(self, moment: float, hurry: asyncio.Event | None = None) -> None:
        """Wait until ``moment`` (epoch seconds), or until ``hurry`` is set."""
        while (left := moment - self.now()) > 0 and not (hurry and hurry.is_set()):
            wakers = [asyncio.ensure_future(event.wait()) for event in (self._moved, hurry) if event]
            try:
                await asyncio.wait(
                    wakers, timeout=min(left, _LONGEST_WAIT_S), return_when=asyncio.FIRST_COMPLETED
                )
            finally:
                for waker in wakers:
                    waker.cancel()

    async def sleep(self, seconds: float) -> None:
        """Wait for ``seconds``."""
        await self.reach(self.now() + seconds)


def iso(moment: float) -> str:
    """RFC 3339 in UTC with microseconds."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
