"""GET /api/v1/live/scopes/{slug}."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.live_scopes import get as answer
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="library:read")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """Show a scope with its images."""
    return answer(request, tenant, services)
