"""GET /api/admin/organizations."""

from __future__ import annotations

from tidegate.domain.keys import Key
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.admin import list_organizations
from tidegate.surfaces.banatie.dialect import Answer, master_endpoint
from tidegate.surfaces.http import Request


@master_endpoint(runtime, scope="account:read")
def handler(request: Request, master: Key, services: Runtime) -> Answer:
    """List organizations."""
    return list_organizations(request, master, services)
