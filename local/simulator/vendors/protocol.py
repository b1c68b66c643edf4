"""What a vendor's module offers the simulator."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from starlette.routing import BaseRoute

from local.simulator.jobs import Event, Job

Sign = Callable[[int, bytes], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Notice:
    """One callback to send. ``sign`` gives the headers for a unix time and the bytes to sign.

    ``body`` is asked for once: it may have to wait for a file to be drawn.
    """

    url: str
    body: Callable[[], Awaitable[bytes]]
    sign: Sign
    retried: bool = True


class Vendor(Protocol):
    """One vendor: its routes, mounted under ``prefix``, and its callbacks."""

    name: str
    prefix: str
    retention_s: float  # how long its output files stay

    def routes(self) -> list[BaseRoute]:
        """The vendor's HTTP API."""

    def notice(self, job: Job, event: Event) -> Notice | None:
        """The callback for what is true now, or None when this job did not ask for one."""
