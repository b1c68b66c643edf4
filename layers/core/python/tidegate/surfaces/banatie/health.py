"""Whether the surface answers (contracts: Banatie §9)."""

from __future__ import annotations

import time
from typing import Final, Protocol

from tidegate import VERSION
from tidegate.surfaces.banatie.dialect import Answer
from tidegate.surfaces.headers import timestamp

_BEGAN_S: Final = time.monotonic()  # the clock on the wall may be set back


class Services(Protocol):
    """What telling needs of the runtime."""

    @property
    def stage(self) -> str:
        """Which deployment this is."""

    def now_ms(self) -> int:
        """The time."""


def tell_health(services: Services) -> Answer:
    """Say that functions run; no store is asked. ``uptime`` is this function's own, in seconds."""
    told = {
        "status": "healthy",
        "timestamp": timestamp(services.now_ms()),
        "uptime": round(time.monotonic() - _BEGAN_S, 3),
        "environment": services.stage,
        "version": VERSION,
    }
    return Answer(told, bare=True, headers={"cache-control": "no-store"})
