"""GET /api/v1/images."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.images import list_images
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="library:read")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """List the project's images."""
    return list_images(request, tenant, services)
