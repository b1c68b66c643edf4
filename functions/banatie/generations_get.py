"""GET /api/v1/generations/{id}."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.generations import show_generation
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="generation:read")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """Show a generation as it stands now."""
    return show_generation(request, tenant, services)
