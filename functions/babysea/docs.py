"""GET /v1/docs and GET /v1/docs/{file}."""

from __future__ import annotations

from tidegate.domain.errors import RouteNotFound
from tidegate.runtime import runtime
from tidegate.surfaces.babysea.endpoint import open_endpoint
from tidegate.surfaces.http import Request, Response
from tidegate.surfaces.reference import page, page_file


@open_endpoint(runtime)
def handler(request: Request) -> Response:
    """Describe this surface, for people: a page, and the few files that it loads from here."""
    name = request.path_params.get("file")
    if name is None:
        return page(request, runtime.public_base_url)
    file = page_file(request, name)
    if file is None:
        raise RouteNotFound("There is no such path.")
    return file
