"""POST /api/admin/projects."""

from __future__ import annotations

from tidegate.domain.keys import Key
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.admin import create_project_of
from tidegate.surfaces.banatie.dialect import Answer, master_endpoint
from tidegate.surfaces.http import Request


@master_endpoint(runtime, scope="generation:write")
def handler(request: Request, master: Key, services: Runtime) -> Answer:
    """Add a project."""
    return create_project_of(request, master, services)
