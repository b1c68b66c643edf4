"""GET /api/v1/images/resolve/{alias}."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.dialect import Answer, Tenant, endpoint
from tidegate.surfaces.banatie.images import resolve_alias
from tidegate.surfaces.http import Request


@endpoint(runtime, scope="library:read")
def handler(request: Request, tenant: Tenant, services: Runtime) -> Answer:
    """Say what an alias stands for."""
    return resolve_alias(request, tenant, services)
