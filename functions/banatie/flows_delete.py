"""DELETE /api/v1/flows/{id}."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.flows import delete_flow
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="generation:delete")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """Delete a flow for good."""
    return delete_flow(request, tenant, services)
