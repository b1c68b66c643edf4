"""POST /api/bootstrap/initial-key."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.about import hand_over
from tidegate.surfaces.banatie.dialect import Answer, public_endpoint
from tidegate.surfaces.http import Request


@public_endpoint(runtime)
def handler(request: Request, services: Runtime) -> Answer:
    """Make the first master key, for whoever the operator told the secret."""
    return hand_over(request, services, services.now_ms())
