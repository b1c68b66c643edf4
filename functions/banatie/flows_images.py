"""GET /api/v1/flows/{id}/images."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.flows import list_flow_images
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="library:read")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """List a flow's images."""
    return list_flow_images(request, tenant, services)
