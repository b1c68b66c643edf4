"""Whether the surface answers (contracts: Banatie §9)."""

from __future__ import annotations

from typing import Protocol

from tidegate import VERSION
from tidegate.surfaces.banatie.dialect import Answer, timestamp


class Services(Protocol):
    """What telling needs of the runtime."""

    @property
    def stage(self) -> str:
        """Which deployment this is."""

    def now_ms(self) -> int:
        """The time."""


def tell_health(services: Services, began_ms: int) -> Answer:
    """Say that functions run; no store is asked. ``uptime`` is this function's own, in seconds."""
    now_ms = services.now_ms()
    told = {
        "status": "healthy",
        "timestamp": timestamp(now_ms),
        "uptime": (now_ms - began_ms) / 1000,
        "environment": services.stage,
        "version": VERSION,
    }
    return Answer(told, bare=True, headers={"cache-control": "no-store"})
