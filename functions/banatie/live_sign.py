"""POST /api/v1/live/sign."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.live_signing import sign
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="generation:write")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """Sign a URL for the image tag of a page."""
    return sign(request, tenant, services)
