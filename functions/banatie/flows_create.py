"""POST /api/v1/flows."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.flows import create_flow
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="generation:write")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """Start a flow."""
    return create_flow(request, tenant, services)
