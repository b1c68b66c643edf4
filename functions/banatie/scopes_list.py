"""GET /api/v1/live/scopes."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.live_scopes import list_ as answer
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="library:read")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """List the project's scopes."""
    return answer(request, tenant, services)
