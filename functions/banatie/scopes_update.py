"""PUT /api/v1/live/scopes/{slug}."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.live_scopes import update as answer
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="generation:write")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """Change what is sent of a scope."""
    return answer(request, tenant, services)
