"""Everything that the surface answers in any test, held against its OpenAPI document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.contract import documented
from tests.contract.documented import resolved, validator
from tidegate.surfaces.babysea.routes import ROUTES

__all__ = ["assert_documented", "closed_document", "resolved", "validator"]


def closed_document() -> dict[str, Any]:
    """The document whose answers may hold nothing but what it describes."""
    return documented.closed_document("babysea")


def assert_documented(method: str, path: str, status: int, headers: Mapping[str, str], body: object) -> None:
    """Fail unless the document has this answer: status, headers, body. Paths of no route have no entry."""
    route = _route(method, path)
    if route is not None:
        documented.assert_answer_documented("babysea", (method, route), status, headers, body)


@cache
def _route(method: str, path: str) -> str | None:
    """The route that a path belongs to, literal ones first, if it takes the method."""
    found = next((route for _, route in ROUTES if _pattern(route).fullmatch(path)), None)
    return found if (method, found) in ROUTES else None


def _pattern(route: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{\w+(\+?)\}", lambda m: ".+" if m[1] else "[^/]+", route))
