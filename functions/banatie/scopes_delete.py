"""DELETE /api/v1/live/scopes/{slug}."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.live_scopes import delete as answer
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="generation:delete")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """Delete a scope with its images."""
    return answer(request, tenant, services)
