"""Answers that ordinary HTTP servers do not give."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from local.serving import TRANSPORT

_ZEROS = bytes(1 << 16)
_TITLES = {502: "Bad Gateway", 503: "Service Temporarily Unavailable", 504: "Gateway Time-out"}


class Dropped(Response):
    """No answer: the connection is cut, at once or, with ``wait``, only when the client gives up."""

    def __init__(self, *, wait: bool = False) -> None:
        super().__init__()
        self._wait = wait

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002  ASGI
        """Serve nothing."""
        if not self._wait:
            scope[TRANSPORT].abort()
        while (await receive())["type"] != "http.disconnect":
            pass


class Truncated(Response):
    """A file whose connection breaks halfway, though its length was announced."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve half of it."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        scope[TRANSPORT].close()
        while (await receive())["type"] != "http.disconnect":
            pass


def endless(first: bytes, content_type: str) -> StreamingResponse:
    """A file that begins well and never ends."""

    async def chunks() -> AsyncIterator[bytes]:
        yield first
        while True:
            yield _ZEROS
            await asyncio.sleep(0)

    return StreamingResponse(chunks(), media_type=content_type)


def ingress_page(status: int) -> Response:
    """The HTML that a vendor's front door answers with when what is behind it is down."""
    title = f"{status} {_TITLES[status]}"
    head, body = f"<head><title>{title}</title></head>", f"<body><h1>{title}</h1><hr>nginx</body>"
    page = f"<html>\r\n{head}\r\n{body}\r\n</html>\r\n"
    return Response(page, status, media_type="text/html")
