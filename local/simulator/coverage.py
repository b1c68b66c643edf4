"""What of the gateway's catalogue the simulator cannot play."""

from __future__ import annotations

from collections.abc import Iterator

from local.simulator.catalog import load_catalog
from tidegate.domain.model import Model, ProviderRoute
from tidegate.domain.translation import native_names


def uncovered(model: Model) -> Iterator[str]:
    """Name every native model, and every field of one, that the simulator does not have."""
    for route in model.routes:
        endpoints = (route, route.with_input, route.with_last_frame)
        for endpoint in filter(None, endpoints):
            yield from (f"{model.identifier}: routes.{route.provider}: {gap}" for gap in _gaps(endpoint))


def _gaps(route: ProviderRoute) -> Iterator[str]:
    simulated = load_catalog().find(route.provider, route.native_model)
    if simulated is None:
        yield f"the simulator has no {route.native_model}"
        return
    written = [name for rule in route.fields.values() for name in native_names(rule)]
    for name in simulated.ignored(dict.fromkeys([*written, *route.constants])):
        yield f"the simulator's {route.native_model} has no {name}"
