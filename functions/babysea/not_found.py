"""Every request that no route takes (``$default``)."""

from __future__ import annotations

from tidegate.domain.errors import RouteNotFound
from tidegate.runtime import runtime
from tidegate.surfaces.babysea.endpoint import open_endpoint
from tidegate.surfaces.babysea.routes import allowed_methods, refuse_method
from tidegate.surfaces.http import Request, Response


@open_endpoint(runtime)
def handler(request: Request) -> Response:
    """Say what is wrong with the address: the method, a doubled ``/v1``, or all of it.

    API Gateway answers a browser's preflight itself, from the CORS configuration. Should one come here all
    the same, since ``$default`` takes every method, it must not fail: the gateway adds the headers.
    """
    if request.method == "OPTIONS":
        return Response(204, "", {"allow": ", ".join((*allowed_methods(request.path), "OPTIONS"))})
    refuse_method(request)
    if request.path.startswith("/v1/v1/"):
        raise RouteNotFound("There is no such path. The base URL must not end in /v1: clients add it.")
    raise RouteNotFound("There is no such path.")
