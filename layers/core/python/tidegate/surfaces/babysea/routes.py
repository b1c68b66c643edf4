"""The paths of the BabySea surface, and what is read from them."""

from __future__ import annotations

import re
from typing import Final

from tidegate.domain.errors import GenerationNotFound, MethodNotAllowed
from tidegate.surfaces.http import Request

# A literal path stands before the pattern that would match it, too.
ROUTES: Final = (
    ("GET", "/v1/status"),
    ("GET", "/v1/user/account"),
    ("GET", "/v1/user/billing"),
    ("GET", "/v1/estimate/{model_identifier+}"),
    ("POST", "/v1/generate/image/{model_identifier+}"),
    ("POST", "/v1/generate/video/{model_identifier+}"),
    ("GET", "/v1/content/list"),
    ("GET", "/v1/content/{generation_id}"),
    ("DELETE", "/v1/content/{generation_id}"),
    ("POST", "/v1/content/generation/cancel/{generation_id}"),
    ("GET", "/v1/library/models"),
    ("GET", "/v1/library/providers"),
)
# What the surface says about itself.
REFERENCE_ROUTES: Final = (("GET", "/v1/openapi.json"), ("GET", "/v1/docs"), ("GET", "/v1/docs/{file}"))
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PARAMETER: Final = re.compile(r"\{\w+(\+?)\}")


def allowed_methods(path: str) -> tuple[str, ...]:
    """Return the methods of a path; none if there is no such path."""
    routes = ROUTES + REFERENCE_ROUTES
    found = next((template for _, template in routes if _pattern(template).fullmatch(path)), None)
    return tuple(method for method, template in routes if template == found)


def read_generation_id(request: Request) -> str:
    """Return the generation's id from the path.

    Raises:
        GenerationNotFound: no generation can have such an id, so no store is asked.
        MethodNotAllowed: it is no id, but the literal end of another route, such as ``list``.
    """
    generation_id = request.path_params.get("generation_id", "").lower()
    if not _UUID.fullmatch(generation_id):
        refuse_method(request)
        raise GenerationNotFound("There is no such generation.")
    return generation_id


def refuse_method(request: Request) -> None:
    """Return if there is no such path, or it takes the method.

    Raises:
        MethodNotAllowed: the path exists for other methods.
    """
    methods = allowed_methods(request.path)
    if methods and request.method not in methods:
        allowed = ", ".join(methods)
        raise MethodNotAllowed(f"{request.method} is not allowed here; use {allowed}.", allowed=allowed)


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(_PARAMETER.sub(lambda match: ".+" if match[1] else "[^/]+", template), re.DOTALL)
