"""GET /api/v1/openapi.json."""

from __future__ import annotations

from tidegate.runtime import runtime
from tidegate.surfaces.banatie.dialect import BANATIE
from tidegate.surfaces.endpoint import open_endpoint
from tidegate.surfaces.http import Request, Response
from tidegate.surfaces.reference import document


@open_endpoint(runtime, BANATIE)
def handler(request: Request) -> Response:
    """Describe this surface, for tools."""
    return document(request, "banatie", runtime.public_base_url)
