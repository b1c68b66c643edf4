"""What providers are told when they call back: as little as possible."""

from __future__ import annotations

from typing import Final

from tidegate.surfaces.http import Response

RECEIVED: Final = Response(200, {"received": True})
REJECTED: Final = Response(401, {"error": "rejected"})  # the same, whichever part was wrong
TOO_LARGE: Final = Response(413, {"error": "too_large"})
UNAVAILABLE: Final = Response(503, {"error": "unavailable"})  # providers send again
