"""A server on loopback that answers exactly what a test scripts, byte by byte."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Script = Callable[["Visit"], None]


@dataclass
class Visit:
    """One connection, after its request was read."""

    request: bytes
    connection: socket.socket
    over: threading.Event  # the test has ended

    def send(self, data: bytes) -> None:
        """Send, unless the client has gone."""
        with suppress(OSError):
            self.connection.sendall(data)


@dataclass
class Server:
    """Where it listens and what it was sent."""

    port: int
    scheme: str = "http"
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address without a path."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def allowed(self) -> frozenset[str]:
        """The entry that lets the client connect here."""
        return frozenset({f"127.0.0.1:{self.port}"})


@contextmanager
def serving(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve until the block ends; every connection plays the same script."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener.getsockname()[1], "https" if tls else "http")
        thread = threading.Thread(target=_serve, args=(listener, server, script, over, tls))
        thread.start()
        try:
            yield server
        finally:
            over.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=10)
            assert not thread.is_alive()


def _serve(
    listener: socket.socket,
    server: Server,
    script: Script,
    over: threading.Event,
    tls: ssl.SSLContext | None,
) -> None:
    while not over.is_set():
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            connection.settimeout(10)
            spoken = tls.wrap_socket(connection, server_side=True) if tls else connection
            with spoken:
                request = _read_request(spoken)
                server.requests.append(request)
                script(Visit(request, spoken, over))


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _receive(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ),
        0,
    )
    while len(body) < length:
        body += _receive(connection)
    return head + b"\r\n\r\n" + body


def _receive(connection: socket.socket) -> bytes:
    data = connection.recv(65_536)
    if not data:
        raise ConnectionError("the client left")
    return data


def answering(body: bytes = b"", status: str = "200 OK", **headers: str) -> Script:
    """Answer with a whole response; underscores in header names become dashes."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return saying(("\r\n".join(lines) + "\r\n\r\n").encode() + body)


def saying(data: bytes) -> Script:
    """Answer with raw bytes and close."""
    return lambda visit: visit.send(data)


def dripping(head: bytes, drop: bytes) -> Script:
    """Answer with ``head``, then with one drop after another, for ever."""

    def script(visit: Visit) -> None:
        with suppress(OSError):
            visit.connection.sendall(head)
            while not visit.over.wait(0.02):
                visit.connection.sendall(drop)

    return script


def silent(visit: Visit) -> None:
    """Take the request and say nothing until the test ends."""
    visit.over.wait(10)


def resetting(head: bytes) -> Script:
    """Answer with ``head``, then reset the connection."""

    def script(visit: Visit) -> None:
        visit.send(head)
        # A linger time of zero turns the close into a reset.
        visit.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

    return script
