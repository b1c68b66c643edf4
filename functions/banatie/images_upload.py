"""POST /api/v1/images/upload."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.presenters import present_image
from tidegate.surfaces.banatie.uploads import upload
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="generation:write")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """Add a file to the library."""
    image = upload(request, tenant, services)
    return Answer(present_image(image, services.storage_url), 201)
