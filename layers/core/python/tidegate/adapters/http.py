"""Outgoing HTTP: the only way out to the network, and the guard that stands there.

Every request resolves its name once, refuses it if any address is not public, and connects to the address
that was checked, so that neither a redirect nor a name that changes its answer reaches a private network.
"""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPResponse
from typing import IO, Final
from urllib.parse import urljoin

from tidegate.adapters import connections
from tidegate.adapters.addresses import Resolver, admit, system_resolver
from tidegate.adapters.arriving import Arriving
from tidegate.adapters.http_errors import (
    BodyTooLarge,
    ConnectFailed,
    ResponseLost,
    UnexpectedStatus,
    UnsafeUrl,
)
from tidegate.domain.addresses import Target

__all__ = [
    "BodyTooLarge",
    "ConnectFailed",
    "Downloaded",
    "HttpClient",
    "HttpResponse",
    "ResponseLost",
    "UnexpectedStatus",
    "UnsafeUrl",
]

DEFAULT_TIMEOUT_S: Final = 30.0
DEFAULT_MAX_BYTES: Final = 1_048_576
MAX_REDIRECTS: Final = 3  # followed by downloads only
_USER_AGENT: Final = "tidegate/0.1"
_PIECE_BYTES: Final = 65_536
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A complete answer. Header names are lower case; a repeated header is joined by commas."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What a download wrote. ``content_type`` is the server's word, ``sha256`` lower-case hex."""

    content_type: str | None
    size_bytes: int
    sha256: str


class HttpClient:
    """Makes requests to public hosts, without proxies, cookies, pools or retries.

    ``allowed_private`` holds the exact ``host:port`` entries that may be private; the local stage uses it.
    ``resolve`` and ``tls`` are for tests.
    """

    def __init__(
        self,
        allowed_private: frozenset[str] = frozenset(),
        *,
        resolve: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed_private = allowed_private
        self._resolve = resolve
        self._given_tls = tls

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        max_bytes: int = DEFAULT_MAX_BYTES,
        https_only: bool = False,
    ) -> HttpResponse:
        """Send one request and read the whole answer. A redirect is an answer; it is not followed.

        Args:
            method: such as ``GET``.
            url: absolute.
            headers: beside ``Host``, ``User-Agent`` and the framing, which are set here.
            body: sent with its length.
            timeout_s: wall-clock time for all of it, from the name lookup to the last byte.
            max_bytes: of the answer's body.
            https_only: refuse anything but ``https`` on port 443.

        Raises:
            UnsafeUrl: the guard refuses it; nothing was sent.
            ConnectFailed: nothing was sent.
            ResponseLost: sent, but without a complete answer.
            BodyTooLarge: sent, and the answer is larger than ``max_bytes``.
        """
        deadline = connections.Deadline(timeout_s)
        with self._open(
            method, Target.parse(url), headers, body, deadline, https_only=https_only
        ) as response:
            received = b"".join(_pieces(response, max_bytes))
            return HttpResponse(response.status, _headers(response), received)

    def download(
        self,
        url: str,
        into: IO[bytes],
        *,
        max_bytes: int,
        deadline_s: float,
        headers: Mapping[str, str] | None = None,
    ) -> Downloaded:
        """Stream a file into ``into``. Follows up to three redirects and checks each as the first.

        ``headers`` go to the URL's own origin only, never to another that it redirects to.

        Raises:
            UnexpectedStatus: the answer is not 200, or redirects too often.
            UnsafeUrl, ConnectFailed, ResponseLost, BodyTooLarge: as for ``request``; ``into`` may then
                hold a part of the file.
        """
        with self._file(url, connections.Deadline(deadline_s), headers) as response:
            return _save(response, into, max_bytes)

    @contextmanager
    def arriving(self, url: str, *, max_bytes: int, deadline_s: float) -> Iterator[Arriving]:
        """Open a file to read only as much of it as is needed; the connection is closed after that.

        Redirects are followed as in ``download``. What is raised while the file is read is raised here, too.

        Raises:
            UnexpectedStatus, UnsafeUrl, ConnectFailed, ResponseLost, BodyTooLarge: as for ``download``.
        """
        with self._file(url, connections.Deadline(deadline_s)) as response:
            pieces = _pieces(response, max_bytes, connections.read_some)
            yield Arriving(pieces, length_is_known=response.length is not None)

    @contextmanager
    def _file(
        self, url: str, deadline: connections.Deadline, headers: Mapping[str, str] | None = None
    ) -> Iterator[HTTPResponse]:
        """Follow redirects to a file, each checked as the first URL."""
        origin = Target.parse(url).origin
        for _ in range(1 + MAX_REDIRECTS):
            target = Target.parse(url)
            own = headers if target.origin == origin else None
            with self._open("GET", target, own, None, deadline) as response:
                if response.status == _OK:
                    yield response
                    return
                status, url = response.status, _next_hop(response, url)
        raise UnexpectedStatus(status)

    @contextmanager
    def _open(
        self,
        method: str,
        target: Target,
        headers: Mapping[str, str] | None,
        body: bytes | None,
        deadline: connections.Deadline,
        *,
        https_only: bool = False,
    ) -> Iterator[HTTPResponse]:
        try:
            left_s = deadline.remaining_s()
        except TimeoutError as error:
            raise ConnectFailed("the deadline passed before a connection was made") from error
        addresses = admit(
            target,
            allowed_private=self._allowed_private,
            https_only=https_only,
            resolve=self._resolve,
            timeout_s=left_s,
        )
        stream = connections.connect(target, addresses, deadline, self._tls)
        try:
            sent = {"User-Agent": _USER_AGENT, "Accept": "*/*", **(headers or {})}
            with connections.exchange(stream, method, target, sent, body) as response:
                yield response
        finally:
            stream.close()

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return self._given_tls or ssl.create_default_context()


def _headers(response: HTTPResponse) -> Mapping[str, str]:
    joined: dict[str, str] = {}
    for name, value in response.getheaders():
        lower = name.lower()
        joined[lower] = f"{joined[lower]}, {value}" if lower in joined else value
    return joined


def _pieces(
    response: HTTPResponse, max_bytes: int, read: Callable[[HTTPResponse, int], bytes] = connections.read
) -> Iterator[bytes]:
    if (response.length or 0) > max_bytes:
        raise BodyTooLarge(f"the answer declares {response.length} bytes", response.status)
    received = 0
    while piece := read(response, _PIECE_BYTES):
        received += len(piece)
        if received > max_bytes:
            raise BodyTooLarge(f"the answer is larger than {max_bytes} bytes", response.status)
        yield piece


def _save(response: HTTPResponse, into: IO[bytes], max_bytes: int) -> Downloaded:
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(response, max_bytes):
        into.write(piece)
        digest.update(piece)
        size += len(piece)
    return Downloaded(response.getheader("content-type"), size, digest.hexdigest())


def _next_hop(response: HTTPResponse, url: str) -> str:
    location = response.getheader("location")
    if response.status not in _REDIRECTS or not location:
        raise UnexpectedStatus(response.status)
    try:
        following = urljoin(url, location)
    except ValueError as error:
        raise UnsafeUrl("the redirect cannot be read") from error
    if Target.parse(url).scheme == "https" and Target.parse(following).scheme != "https":
        raise UnsafeUrl("a redirect must not leave https")
    return following
