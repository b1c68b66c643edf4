"""GET /cdn/{organization}/{project}/live/{scope}."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.live import Served, public_endpoint, show_public
from tidegate.surfaces.http import Request


@public_endpoint(runtime)
def handler(request: Request, services: Runtime) -> Served:
    """Show a picture to a visitor of a page, made if need be and within limits."""
    return show_public(request, services)
