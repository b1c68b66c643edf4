"""POST /api/v1/live/scopes."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.live_scopes import create as answer
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="generation:write")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """Set up a scope."""
    return answer(request, tenant, services)
