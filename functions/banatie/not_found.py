"""Every request under /api/v1 that no other route takes."""

from __future__ import annotations

from tidegate.domain.errors import MethodNotAllowed, RouteNotFound
from tidegate.runtime import runtime
from tidegate.surfaces.banatie.dialect import Answer, open_endpoint
from tidegate.surfaces.banatie.routes import allowed_methods
from tidegate.surfaces.http import Request


@open_endpoint(runtime)
def handler(request: Request) -> Answer:
    """Say what is wrong with the address: the method, or all of it."""
    methods = ", ".join(allowed_methods(request.path))
    if methods:
        raise MethodNotAllowed(f"{request.method} is not allowed here; use {methods}.", allowed=methods)
    raise RouteNotFound("There is no such path.")
