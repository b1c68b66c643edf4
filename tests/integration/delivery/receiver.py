"""A customer's webhook receiver on the loopback: it answers as scripted and remembers what it got."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self

_HANG_LIMIT_S: Final = 10.0  # a hanging answer ends with the test; this is for a test that was killed


@dataclass(frozen=True, slots=True)
class Received:
    """One request; header names as they were sent."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """One scripted answer; ``hangs`` holds it back until the receiver closes."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    hangs: bool = False


class Receiver:
    """Serves on a free port. ``answers`` are given in order; after the last it takes everything."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: deque[Answer] = deque()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def authority(self) -> str:
        """``host:port``."""
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        """Where to post."""
        return f"http://{self.authority}/hooks"

    def answer(self, *statuses: int) -> None:
        """Script plain answers by their status."""
        self.answers.extend(Answer(status) for status in statuses)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append(Received(self.path, dict(self.headers.items()), body))
                answer = receiver.answers.popleft() if receiver.answers else Answer()
                if answer.hangs:
                    receiver._closing.wait(_HANG_LIMIT_S)
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                with suppress(ConnectionError):  # the sender need not read a long answer to its end
                    self.wfile.write(answer.body)

            def do_GET(self) -> None:
                receiver.received.append(Received(self.path, dict(self.headers.items()), b""))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the parent's name
                """Keep the test's output quiet."""

        return Handler
