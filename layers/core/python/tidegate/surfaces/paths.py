"""Paths as API Gateway's routes write them: which methods does a path take?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from tidegate.domain.errors import MethodNotAllowed, RouteNotFound
from tidegate.surfaces.http import Request, Response

_PARAMETER: Final = re.compile(r"\{\w+(\+?)\}")
AllowedMethods = Callable[[str], tuple[str, ...]]


def allowed_methods(path: str, routes: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the methods that ``routes`` (method, template) have for a path; none if there is no such path.

    A literal path must stand before the pattern that would match it, too.
    """
    routes = tuple(routes)
    found = next((template for _, template in routes if _pattern(template).fullmatch(path)), None)
    return tuple(method for method, template in routes if template == found)


def refuse_method(request: Request, methods: tuple[str, ...]) -> None:
    """Return if there are no such methods, or the request's is among them.

    Raises:
        MethodNotAllowed: the path exists for other methods.
    """
    if methods and request.method not in methods:
        allowed = ", ".join(methods)
        raise MethodNotAllowed(f"{request.method} is not allowed here; use {allowed}.", allowed=allowed)


def nowhere(methods_of: AllowedMethods) -> Callable[[Request], Response]:
    """Return what says, of a request that no route takes, what is wrong with its address.

    It is the method, a doubled ``/v1``, or all of it. API Gateway answers a browser's preflight itself, from
    the CORS configuration. Should one come here all the same, since ``$default`` takes every method, it must
    not fail: the gateway adds the headers.
    """

    def answer(request: Request) -> Response:
        methods = methods_of(request.path)
        if request.method == "OPTIONS":
            return Response(204, "", {"allow": ", ".join((*methods, "OPTIONS"))})
        refuse_method(request, methods)
        if request.path.startswith("/v1/v1/"):
            raise RouteNotFound("There is no such path. The base URL must not end in /v1: clients add it.")
        raise RouteNotFound("There is no such path.")

    return answer


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(_PARAMETER.sub(lambda match: ".+" if match[1] else "[^/]+", template), re.DOTALL)
