"""Every request that no route takes (``$default``)."""

from __future__ import annotations

from tidegate.domain.errors import MethodNotAllowed, RouteNotFound
from tidegate.runtime import runtime
from tidegate.surfaces.babysea.endpoint import Answer, open_endpoint
from tidegate.surfaces.babysea.routes import allowed_methods
from tidegate.surfaces.http import Request


@open_endpoint(runtime)
def handler(request: Request) -> Answer:
    """Say what is wrong with the address: the method, a doubled ``/v1``, or all of it."""
    methods = ", ".join(allowed_methods(request.path))
    if methods:
        raise MethodNotAllowed(f"{request.method} is not allowed here; use {methods}.", allowed=methods)
    if request.path.startswith("/v1/v1/"):
        raise RouteNotFound("There is no such path. The base URL must not end in /v1: clients add it.")
    raise RouteNotFound("There is no such path.")
