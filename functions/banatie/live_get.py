"""GET /api/v1/live; GET /api/v1/live/generate, its older path."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.live import Served, live_endpoint, show
from tidegate.surfaces.http import Request
from tidegate.usecases.authenticate import Caller


@live_endpoint(runtime, scope="generation:write")
def handler(request: Request, caller: Caller, services: Runtime) -> Served:
    """Show a picture, made if need be."""
    return show(request, caller, services)
