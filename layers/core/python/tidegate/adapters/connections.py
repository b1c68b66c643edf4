"""One HTTP/1.1 exchange over one connection to one checked address, against one deadline.

The standard library's client and no pool, for three reasons: the address is ours to choose; a server that
drips bytes, in the headers too, cannot outlast the deadline; and a fresh connection leaves no doubt whether
a request was sent, where a pooled one that the server has just closed does.
"""

from __future__ import annotations

import io
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http.client import HTTPException, HTTPResponse
from typing import Any, Final, cast

from tidegate.adapters.http_errors import ConnectFailed, ResponseLost
from tidegate.domain.addresses import Target

_CONNECT_TIMEOUT_S: Final = 5.0  # per address, so that one dead address leaves time for the next
_SEND_BYTES: Final = 65_536
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 §5.6.2
_VALUE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")  # RFC 9110 §5.5: no line break can hide in it


class Deadline:
    """A point in time that a whole exchange must not pass."""

    def __init__(self, timeout_s: float) -> None:
        self._end = time.monotonic() + timeout_s

    def remaining_s(self) -> float:
        """Seconds left.

        Raises:
            TimeoutError: none.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the deadline has passed")
        return left


class Stream:
    """A connected socket on which every single read and write counts against the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def sendall(self, data: bytes) -> None:
        """Send everything, in slices."""
        for start in range(0, len(data), _SEND_BYTES):
            self._sock.settimeout(self._deadline.remaining_s())
            self._sock.sendall(data[start : start + _SEND_BYTES])

    def recv_into(self, buffer: memoryview) -> int:
        """Read what is there; 0 at the end."""
        self._sock.settimeout(self._deadline.remaining_s())
        return self._sock.recv_into(buffer)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return the reading side, as ``http.client`` asks for it."""
        return _BoundedReader(_Reader(self))

    def close(self) -> None:
        """Close the connection; the other side may be gone already."""
        with suppress(OSError):
            self._sock.close()


class _Reader(io.RawIOBase):
    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._stream.recv_into(memoryview(buffer))


class _BoundedReader(io.BufferedReader):
    def read(self, size: int | None = -1, /) -> bytes:
        # http.client asks for -1, all there is, when a server sends a chunk of size -1.
        if size is None or size < 0:
            raise ValueError("the amount to read must be stated")
        return super().read(size)

    def read1(self, size: int = -1, /) -> bytes:
        if size < 0:
            raise ValueError("the amount to read must be stated")
        return super().read1(size)

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        # http.client takes an end of the stream for the end of the headers.
        if not line.endswith(b"\n") and len(line) != size:
            raise ConnectionResetError("the stream ended within a line")
        return line


def connect(target: Target, addresses: Sequence[str], deadline: Deadline, tls: ssl.SSLContext) -> Stream:
    """Connect to the first address that answers; certificates are checked against the name.

    Raises:
        ConnectFailed: none answered, or the TLS handshake failed.
    """
    failure: Exception | None = None
    for address in addresses:
        try:
            return Stream(_connect(target, address, deadline, tls), deadline)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError; ValueError: no name for TLS
            failure = error
    raise ConnectFailed(f"{target.host_and_port}: {_reason(failure)}") from failure


def _connect(target: Target, address: str, deadline: Deadline, tls: ssl.SSLContext) -> socket.socket:
    timeout_s = min(_CONNECT_TIMEOUT_S, deadline.remaining_s())
    sock = socket.create_connection((address, target.port), timeout=timeout_s)
    if target.scheme != "https":
        return sock
    try:
        sock.settimeout(deadline.remaining_s())
        return tls.wrap_socket(sock, server_hostname=target.host)
    except BaseException:
        sock.close()
        raise


def exchange(
    stream: Stream, method: str, target: Target, headers: Mapping[str, str], body: bytes | None
) -> HTTPResponse:
    """Send one request and read the head of its answer.

    Raises:
        ResponseLost: a timeout, a reset, or an answer that is not HTTP.
        ValueError: a header that cannot be written on one line; nothing was sent.
    """
    request = _head(method, target, headers, body) + (body or b"")
    response = HTTPResponse(cast("socket.socket", stream), method=method)
    try:
        # A server that has answered already may close its side: what it said still counts.
        with suppress(BrokenPipeError, ConnectionResetError):
            stream.sendall(request)
        response.begin()
    except (OSError, HTTPException) as error:
        raise ResponseLost(f"{target.host_and_port}: {_reason(error)}") from error
    return response


def read(response: HTTPResponse, size: int) -> bytes:
    """Read ``size`` bytes of the body, fewer at its end.

    Raises:
        ResponseLost: a timeout, a reset, or an end before the declared length.
    """
    return _read(response, response.read, size)


def read_some(response: HTTPResponse, size: int) -> bytes:
    """Read what has arrived of the body, at most ``size`` bytes; empty at its end. Raises as ``read``."""
    return _read(response, response.read1, size)


def _read(response: HTTPResponse, read_body: Callable[[int], bytes], size: int) -> bytes:
    try:
        data = read_body(size)
    except (OSError, HTTPException, ValueError) as error:  # ValueError: a chunk size that is no number
        raise ResponseLost(_reason(error)) from error
    if not data and response.length:
        raise ResponseLost(f"the body ended {response.length} bytes early")
    return data


def _head(method: str, target: Target, headers: Mapping[str, str], body: bytes | None) -> bytes:
    sent = {"Host": target.authority, **headers, "Accept-Encoding": "identity", "Connection": "close"}
    if body is not None:
        sent["Content-Length"] = str(len(body))
    for name, value in sent.items():
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError(f"the header {name!r} cannot be sent")
    lines = [f"{method} {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _reason(error: BaseException | None) -> str:
    # The class says enough; an error's own text may quote what the server sent.
    return type(error).__name__
