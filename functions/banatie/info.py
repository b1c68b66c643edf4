"""GET /api/info."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.about import tell_info
from tidegate.surfaces.banatie.dialect import Answer, public_endpoint
from tidegate.surfaces.http import Request


@public_endpoint(runtime)
def handler(request: Request, services: Runtime) -> Answer:
    """Describe the API."""
    return tell_info(request, services)
