"""GET /api/admin/projects."""

from __future__ import annotations

from tidegate.domain.keys import Key
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.admin import list_projects
from tidegate.surfaces.banatie.dialect import Answer, master_endpoint
from tidegate.surfaces.http import Request


@master_endpoint(runtime, scope="account:read")
def handler(request: Request, master: Key, services: Runtime) -> Answer:
    """List projects."""
    return list_projects(request, master, services)
