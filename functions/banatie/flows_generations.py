"""GET /api/v1/flows/{id}/generations."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.records import list_flow_generations
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="generation:read")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """List a flow's generations."""
    return list_flow_generations(request, tenant, services)
