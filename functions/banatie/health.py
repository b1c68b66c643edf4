"""GET /health."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, public_endpoint
from tidegate.surfaces.banatie.health import tell_health
from tidegate.surfaces.http import Request


@public_endpoint(runtime)
def handler(_request: Request, services: Runtime) -> Answer:
    """Say that the gateway answers."""
    return tell_health(services)
