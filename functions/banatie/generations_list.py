"""GET /api/v1/generations."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.records import list_generations
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="generation:read")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """List the project's generations."""
    return list_generations(request, tenant, services)
