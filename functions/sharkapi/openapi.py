"""GET /sharkapi/openapi.json."""

from __future__ import annotations

from tidegate.runtime import runtime
from tidegate.surfaces.endpoint import open_endpoint
from tidegate.surfaces.http import Request, Response
from tidegate.surfaces.reference import document
from tidegate.surfaces.sharkapi.dialects import D1


@open_endpoint(runtime, D1)
def handler(request: Request) -> Response:
    """Describe this surface, for tools."""
    return document(request, "sharkapi", runtime.public_base_url)
