"""GET /sharkapi/docs and GET /sharkapi/docs/{file}."""

from __future__ import annotations

from tidegate.runtime import runtime
from tidegate.surfaces.endpoint import open_endpoint
from tidegate.surfaces.http import Request, Response
from tidegate.surfaces.reference import shown
from tidegate.surfaces.sharkapi.dialects import D1


@open_endpoint(runtime, D1)
def handler(request: Request) -> Response:
    """Describe this surface, for people: a page, and the few files that it loads from here."""
    return shown(request, runtime.public_base_url)
