"""The paths of the BabySea surface, and what is read from them."""

from __future__ import annotations

import re
from typing import Final

from tidegate.domain.errors import GenerationNotFound
from tidegate.surfaces import paths
from tidegate.surfaces.http import Request

# A literal path stands before the pattern that would match it, too.
ROUTES: Final = (
    ("GET", "/v1/status"),
    ("GET", "/v1/usage"),
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
    ("GET", "/v1/health/inference/providers"),
    ("GET", "/v1/health/inference/models"),
    ("GET", "/v1/health/storage"),
    ("GET", "/v1/health/cache"),
)
# What the surface says about itself.
REFERENCE_ROUTES: Final = (("GET", "/v1/openapi.json"), ("GET", "/v1/docs"), ("GET", "/v1/docs/{file}"))
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def allowed_methods(path: str) -> tuple[str, ...]:
    """Return the methods of a path; none if there is no such path."""
    return paths.allowed_methods(path, ROUTES + REFERENCE_ROUTES)


def read_generation_id(request: Request) -> str:
    """Return the generation's id from the path.

    Raises:
        GenerationNotFound: no generation can have such an id, so no store is asked.
        MethodNotAllowed: it is no id, but the literal end of another route, such as ``list``.
    """
    generation_id = request.path_params.get("generation_id", "").lower()
    if not _UUID.fullmatch(generation_id):
        paths.refuse_method(request, allowed_methods(request.path))
        raise GenerationNotFound("There is no such generation.")
    return generation_id
