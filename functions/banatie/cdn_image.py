"""GET|HEAD /cdn/{organization}/{project}/img/{image}, by id or by alias."""

from __future__ import annotations

from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.banatie.cdn import serve_image
from tidegate.surfaces.banatie.dialect import public_endpoint
from tidegate.surfaces.http import Request, Response


@public_endpoint(runtime)
def handler(request: Request, services: Runtime) -> Response:
    """Answer an image."""
    return serve_image(request, services)
