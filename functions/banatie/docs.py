"""GET /api/v1/docs and GET /api/v1/docs/{file}."""

from __future__ import annotations

from tidegate.runtime import runtime
from tidegate.surfaces.banatie.dialect import BANATIE
from tidegate.surfaces.endpoint import open_endpoint
from tidegate.surfaces.http import Request, Response
from tidegate.surfaces.reference import shown


@open_endpoint(runtime, BANATIE)
def handler(request: Request) -> Response:
    """Describe this surface, for people: a page, and the few files that it loads from here."""
    return shown(request, runtime.public_base_url)
