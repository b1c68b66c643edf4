"""GET /v1/openapi.json."""

from __future__ import annotations

from tidegate.runtime import runtime
from tidegate.surfaces.babysea.endpoint import open_endpoint
from tidegate.surfaces.http import Request, Response
from tidegate.surfaces.reference import document


@open_endpoint(runtime)
def handler(request: Request) -> Response:
    """Describe this surface, for tools."""
    return document(request, "babysea", runtime.public_base_url)
