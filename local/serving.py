"""Serving an ASGI app on 127.0.0.1: in the foreground for a command, or inside a test on any free port."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

LOOPBACK = "127.0.0.1"
TRANSPORT = "tidegate.transport"  # the key in the ASGI scope that holds the connection's transport
_START_TIMEOUT_S = 10
_DRAIN_TIMEOUT_S = 1  # a request that hangs on purpose must not hold up the stop


@dataclass(frozen=True, slots=True)
class Served:
    """A running server. ``url`` has no trailing slash."""

    port: int

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{LOOPBACK}:{self.port}"


class _Protocol(H11Protocol):
    """HTTP/1.1 that shows the app its transport: ASGI itself has no way to drop a connection unanswered."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        app: Any = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope[TRANSPORT] = transport
            try:
                await app(scope, receive, send)
            except asyncio.CancelledError:  # only the stop does that, and it is no error
                transport.abort()
                await asyncio.sleep(0)  # let the loss be noticed, or an answer would still be tried

        self.app = with_transport


class _Server(uvicorn.Server):
    """A uvicorn server that says when it listens."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_Protocol,
                ws="none",
                log_level="warning",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=_DRAIN_TIMEOUT_S,
            )
        )
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()


def _listen(port: int) -> socket.socket:
    # asyncio switches off Nagle's delay (40 ms an answer) only where the protocol is named.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
    except OSError:
        listener.close()
        raise
    return listener


@contextmanager
def serve(app: ASGIApp, port: int = 0) -> Iterator[Served]:
    """Serve ``app`` on 127.0.0.1 in a thread for the length of the block; port 0 takes a free one.

    Raises:
        OSError: the port is taken.
        RuntimeError: the app did not start.
    """
    listener = _listen(port)
    server = _Server(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        if not server.ready.wait(_START_TIMEOUT_S):
            raise RuntimeError("the server did not start")
        yield Served(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def run(app: ASGIApp, port: int, name: str) -> None:
    """Serve ``app`` on 127.0.0.1 until SIGTERM or Ctrl-C, then exit with status 0; 1 if the port is taken."""
    try:
        listener = _listen(port)
    except OSError as error:
        sys.exit(f"{name}: cannot listen on {LOOPBACK}:{port}: {error.strerror}")
    # uvicorn drains, restores these handlers and raises the signal again: a clean stop is a success.
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, _exit_cleanly)
    sys.stdout.write(f"{name}: {Served(listener.getsockname()[1]).url}\n")
    sys.stdout.flush()
    _Server(app).run(sockets=[listener])


def _exit_cleanly(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
