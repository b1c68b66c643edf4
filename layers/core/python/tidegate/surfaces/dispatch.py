"""Requests whose route belongs to more than one surface: who answers.

SharkApi and BabySea share ``GET /v1/usage``, and what no route takes must be told so in the words of the
client that sent it. The path decides where only one surface has it; then the host, where the operator has
named it; then how the key looks (contracts/sharkapi, path note).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Protocol, TypeVar

from tidegate.domain.keys import Surface, looks_like
from tidegate.surfaces.endpoint import bearer
from tidegate.surfaces.http import UNREAD, Request, Response

ANY_HOST: Final = "*"  # whose the rest is, where neither host nor key says it


class Services(Protocol):
    """What a choice needs of the runtime."""

    @property
    def surface_hosts(self) -> Mapping[str, Surface]:
        """Which surface a host stands for."""


S = TypeVar("S", bound=Services)
S_contra = TypeVar("S_contra", contravariant=True)


class Handler(Protocol[S_contra]):
    """What answers in the end: an endpoint of one surface."""

    def respond(self, event: Mapping[str, Any], services: S_contra) -> Response:
        """Answer an event; never raises."""


@dataclass(frozen=True, slots=True)
class Row(Generic[S]):
    """Who answers paths at and below ``prefix``; with ``surface``, only that surface's clients."""

    prefix: str
    handler: Handler[S]
    surface: Surface | None = None

    def fits(self, path: str, surface: Surface | None) -> bool:
        """Whether it is for this path and these clients."""
        below = path == self.prefix or path.startswith(f"{self.prefix}/") or not self.prefix
        return below and self.surface in {None, surface}


class Dispatcher(Generic[S]):
    """A Lambda handler: the first row that fits answers, or else the last one."""

    def __init__(self, services: S, rows: Sequence[Row[S]]) -> None:
        self._services = services
        self._rows = rows

    def __call__(self, event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        """Answer an API Gateway event."""
        return self.respond(event, self._services).to_event()

    def respond(self, event: Mapping[str, Any], services: S) -> Response:
        """Answer an event with these services; never raises."""
        return self._choose(event, services).handler.respond(event, services)

    def _choose(self, event: Mapping[str, Any], services: S) -> Row[S]:
        request = _read(event)
        surface = surface_of(request, services.surface_hosts)
        return next((row for row in self._rows if row.fits(request.path, surface)), self._rows[-1])


def surface_of(request: Request, hosts: Mapping[str, Surface]) -> Surface | None:
    """Return whose client sent a request, as far as it can be told before anything is checked."""
    host = request.headers.get("host", "").partition(":")[0].lower()
    if host in hosts:
        return hosts[host]
    shown = (bearer(request) or "", request.headers.get("x-api-key", "").strip())
    known = (looks_like(text) for text in shown)
    return next((surface for surface in known if surface), hosts.get(ANY_HOST))


def read_hosts(text: str) -> Mapping[str, Surface]:
    """Read a JSON object of hosts and the surfaces that they stand for.

    Raises:
        ValueError: it is no such object, or there is no such surface.
    """
    named = json.loads(text)
    if not isinstance(named, dict):
        raise ValueError("an object is needed, host to surface")  # noqa: TRY004  as for every other fault
    return {host.lower(): Surface(surface) for host, surface in named.items()}


def _read(event: Mapping[str, Any]) -> Request:
    try:
        return Request.from_event(event)
    except Exception:  # noqa: BLE001  the endpoint reads it again, and says so in its own words
        return UNREAD
