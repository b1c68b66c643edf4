"""Pictures to send along with a generation, good and bad: ``/pictures/640x480.png``."""

from __future__ import annotations

import io
import re
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

_NAME: Final = re.compile(r"(?P<width>[0-9]{1,5})x(?P<height>[0-9]{1,5})\.(?P<format>png|jpg|webp|gif)")
_MAX_PIXELS: Final = 20_000_000
_BROKEN_BYTES: Final = 20  # less than any format needs to tell its size


def route() -> Route:
    """The route. ``?bytes=N`` makes the file that large, ``?broken`` ends it early, ``?to=URL`` redirects."""
    return Route("/pictures/{name}", _answer, methods=["GET"])


def _answer(request: Request) -> Response:
    found = _NAME.fullmatch(request.path_params["name"])
    if "to" in request.query_params:
        return RedirectResponse(request.query_params["to"], 302)
    if found is None or not 0 < int(found["width"]) * int(found["height"]) <= _MAX_PIXELS:
        return Response(status_code=404)
    data = _draw(int(found["width"]), int(found["height"]), found["format"])
    if "broken" in request.query_params:
        data = data[:_BROKEN_BYTES]
    padding = int(request.query_params.get("bytes", 0)) - len(data)
    return Response(data + bytes(max(0, padding)), media_type="image/png")  # which a reader must not believe


def _draw(width: int, height: int, file_format: str) -> bytes:
    from PIL import Image  # noqa: PLC0415  slow to load, and not at once

    buffer = io.BytesIO()
    Image.new("L", (width, height), 128).save(buffer, "JPEG" if file_format == "jpg" else file_format.upper())
    return buffer.getvalue()
