"""DELETE /api/admin/keys/{id}."""

from __future__ import annotations

from tidegate.domain.keys import Key
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.admin import revoke_key
from tidegate.surfaces.banatie.dialect import Answer, master_endpoint
from tidegate.surfaces.http import Request


@master_endpoint(runtime, scope="generation:write")
def handler(request: Request, master: Key, services: Runtime) -> Answer:
    """Revoke a key."""
    return revoke_key(request, master, services)
