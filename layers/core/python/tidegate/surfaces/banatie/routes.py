"""The paths of Banatie's surface."""

from __future__ import annotations

import re
from typing import Final

# A literal path stands before the pattern that would match it, too.
ROUTES: Final = (
    ("POST", "/api/v1/generations"),
    ("GET", "/api/v1/generations"),
    ("GET", "/api/v1/generations/{id}"),
    ("PUT", "/api/v1/generations/{id}"),
    ("DELETE", "/api/v1/generations/{id}"),
    ("POST", "/api/v1/generations/{id}/retry"),
    ("POST", "/api/v1/generations/{id}/regenerate"),
    ("POST", "/api/v1/flows"),
    ("GET", "/api/v1/flows"),
    ("GET", "/api/v1/flows/{id}"),
    ("DELETE", "/api/v1/flows/{id}"),
    ("GET", "/api/v1/flows/{id}/generations"),
    ("GET", "/api/v1/flows/{id}/images"),
    ("PUT", "/api/v1/flows/{id}/aliases"),
    ("DELETE", "/api/v1/flows/{id}/aliases/{alias}"),
    ("POST", "/api/v1/flows/{id}/regenerate"),
    ("POST", "/api/v1/images/upload"),
    ("POST", "/api/v1/images/upload-url"),
    ("GET", "/api/v1/images/resolve/{alias}"),
    ("GET", "/api/v1/images"),
    ("GET", "/api/v1/images/{id}"),
    ("PUT", "/api/v1/images/{id}"),
    ("DELETE", "/api/v1/images/{id}"),
    ("PUT", "/api/v1/images/{id}/alias"),
    ("DELETE", "/api/v1/images/{id}/alias"),
    ("POST", "/api/v1/images/{id}/restore"),
)
_PARAMETER: Final = re.compile(r"\{\w+\}")


def allowed_methods(path: str) -> tuple[str, ...]:
    """Return the methods of a path; none if there is no such path."""
    found = next((template for _, template in ROUTES if _pattern(template).fullmatch(path)), None)
    return tuple(method for method, template in ROUTES if template == found)


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(_PARAMETER.sub("[^/]+", template))
