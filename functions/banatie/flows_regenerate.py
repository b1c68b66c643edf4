"""POST /api/v1/flows/{id}/regenerate."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.generations import regenerate_flow
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="generation:write")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """Make the newest picture of a flow again."""
    return regenerate_flow(request, tenant, services)
