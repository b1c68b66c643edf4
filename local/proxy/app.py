"""The proxy as an ASGI app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import h11
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local.proxy.upstream import Headers, Upstream, UpstreamDown
from local.serving import TRANSPORT

# RFC 9110 §7.6.1, and what belongs to one connection by its nature.
_HOP_BY_HOP = {
    b"connection",
    b"expect",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}
_REPEATABLE = {"GET", "HEAD", "OPTIONS"}


class Proxy:
    """Forwards every request to ``target`` plus its path, as it came: raw path, query, headers, body.

    Only the hop-by-hop headers and ``Host`` change. Nothing is added, so no header of the proxy's can be
    mistaken for the caller's address. Redirects are passed on, not followed.
    """

    def __init__(self, target: str, upstream: Upstream) -> None:
        parts = urlsplit(target)
        self._target = target
        self._host = parts.netloc.encode()
        self._prefix = parts.path.rstrip("/").encode()
        self._upstream = upstream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            await self._forward(scope, Request(scope, receive).stream(), send)
        except ClientDisconnect:
            return
        except UpstreamDown as down:
            if down.sent and _is_repeatable(scope):
                await self._again(scope, receive, send)
            else:
                await self._refuse(down)(scope, receive, send)

    async def _again(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Most likely an idle connection was closed under our feet: repeat what may be repeated, once."""
        try:
            await self._forward(scope, _nothing(), send)
        except UpstreamDown as down:
            await self._refuse(down)(scope, receive, send)

    async def _forward(self, scope: Scope, body: AsyncIterator[bytes], send: Send) -> None:
        async with self._upstream.exchange(self._request(scope), body) as (response, chunks):
            headers = _end_to_end(list(response.headers))
            await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
            try:
                async for chunk in chunks:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            except (OSError, h11.ProtocolError):
                scope[TRANSPORT].abort()  # half an answer must not look like a whole one
                return
        await send({"type": "http.response.body", "body": b""})

    def _request(self, scope: Scope) -> h11.Request:
        target = self._prefix + scope["raw_path"]
        if scope["query_string"]:
            target += b"?" + scope["query_string"]
        headers = [(b"host", self._host), *_end_to_end([h for h in scope["headers"] if h[0] != b"host"])]
        if any(name == b"transfer-encoding" for name, _ in scope["headers"]):
            headers.append((b"transfer-encoding", b"chunked"))
        return h11.Request(method=scope["method"], target=target, headers=headers)

    def _refuse(self, down: UpstreamDown) -> Response:
        fate = "it may have been carried out" if down.sent else "it was not carried out"
        body = {
            "message": "Bad Gateway",
            "detail": f"The emulator at {self._target} did not answer this request ({down}); {fate}.",
        }
        return JSONResponse(body, 502)


def create_app(target: str, connections: int = 32) -> Starlette:
    """A proxy to ``target``, an http URL; at most ``connections`` requests at a time reach it."""
    parts = urlsplit(target)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError(f"the target must be an http URL, not {target!r}")
    upstream = Upstream(parts.hostname, parts.port or 80, connections)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await upstream.close()

    health = [Route(path, _health) for path in ("/_proxy/health", "/healthz")]
    app = Starlette(routes=health, lifespan=lifespan)
    # Not a route: a pattern of Starlette's does not take every path, such as one with a line break in it.
    app.router.default, app.router.redirect_slashes = Proxy(target, upstream), False
    return app


async def _health(_request: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _is_repeatable(scope: Scope) -> bool:
    """Whether doing it twice does no harm; what has a body is spent."""
    names = {name for name, _ in scope["headers"]}
    return scope["method"] in _REPEATABLE and not names & {b"content-length", b"transfer-encoding"}


async def _nothing() -> AsyncIterator[bytes]:
    return
    yield b""


def _end_to_end(headers: Headers) -> Headers:
    """The headers that are meant for the other end."""
    named = {
        token.strip().lower()
        for name, value in headers
        if name == b"connection"
        for token in value.split(b",")
    }
    return [(name, value) for name, value in headers if name not in _HOP_BY_HOP | named]
