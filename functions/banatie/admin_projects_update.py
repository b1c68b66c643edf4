"""PUT /api/admin/projects/{id}."""

from __future__ import annotations

from tidegate.domain.keys import Key
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.admin import update_project
from tidegate.surfaces.banatie.dialect import Answer, master_endpoint
from tidegate.surfaces.http import Request


@master_endpoint(runtime, scope="generation:write")
def handler(request: Request, master: Key, services: Runtime) -> Answer:
    """Change a project."""
    return update_project(request, master, services)
