"""DELETE /api/v1/generations/{id}."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.generations import delete_generation
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="generation:delete")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """Delete a generation and its image."""
    return delete_generation(request, tenant, services)
