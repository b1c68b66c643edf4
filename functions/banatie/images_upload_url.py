"""POST /api/v1/images/upload-url."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.uploads import upload_url
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="generation:write")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """Return where a file can be sent that is too large for a form."""
    return Answer(upload_url(request, tenant, services), 201)
