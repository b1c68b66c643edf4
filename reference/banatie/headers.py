"""Headers of answers that carry pictures."""

from __future__ import annotations

from typing import Any, Final

from reference.openapi import header

Headers = dict[str, dict[str, Any]]
_TEXT: Final = {"type": "string"}
CACHE: Final[Headers] = {"Cache-Control": header(_TEXT, "Who may keep it, and how long.", required=True)}
LOCATION: Final[Headers] = {
    "Location": header({"type": "string", "format": "uri-reference"}, "Where to go on.", required=True)
}
IMAGE_ID: Final[Headers] = {
    "X-Image-Id": header({"type": "string", "format": "uuid"}, "The image in the library.", required=True)
}
NOSNIFF: Final[Headers] = {
    "X-Content-Type-Options": header({"const": "nosniff"}, "The type is what it says.", required=True)
}
SHARED: Final[Headers] = {
    "Cross-Origin-Resource-Policy": header({"const": "cross-origin"}, "Any page may show it.", required=True)
}
RANGE: Final[Headers] = {
    "Content-Range": header(
        {"type": "string", "pattern": "^bytes "}, "Which bytes of how many.", required=True
    )
}
FILE: Final[Headers] = {
    **CACHE,
    "ETag": header({"type": "string", "pattern": '^"[0-9a-f]{32}"$'}, "Names the content.", required=True),
    "Accept-Ranges": header({"const": "bytes"}, "Parts can be asked for.", required=True),
    **IMAGE_ID,
    **NOSNIFF,
    **SHARED,
}
