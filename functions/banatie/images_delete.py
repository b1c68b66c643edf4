"""DELETE /api/v1/images/{id}, by id or by alias."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.images import delete_image
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="generation:delete")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """Delete an image, softly unless it is to be for good."""
    return delete_image(request, tenant, services)
