"""A server of pictures, good and bad, each under a name that says what it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from tests.unit.adapters.servers import Server, Visit, answering, serving
from tests.unit.domain.test_media import gif, png
from tidegate.domain.input_files import MAX_BYTES

_FILES: Final = {
    "seal.png": answering(png(640, 480)),
    "large.png": answering(png(9_000, 480)),
    "small.png": answering(png(640, 32)),
    "moving.gif": answering(gif(640, 480)),
    "broken.png": answering(png(640, 480)[:20]),
    "heavy.png": answering(png(640, 480) + b"\0" * MAX_BYTES),
    "inside.png": answering(b"", "302 Found", Location="http://169.254.169.254/latest/meta-data"),
}


@dataclass(frozen=True)
class Pictures:
    """Where they are, and what was fetched."""

    server: Server

    @property
    def host(self) -> str:
        """The entry that lets the gateway fetch them."""
        return f"127.0.0.1:{self.server.port}"

    def url(self, name: str = "seal.png") -> str:
        """The URL of a picture; a name that is not there is answered with 404."""
        return f"{self.server.url}/{name}"

    def fetched(self, name: str) -> int:
        """How often a picture was asked for."""
        return sum(_name(request) == name for request in self.server.requests)


@contextmanager
def picture_server() -> Iterator[Pictures]:
    """Serve until the block ends."""
    with serving(_serve) as server:
        yield Pictures(server)


def _serve(visit: Visit) -> None:
    name = _name(visit.request).partition("?")[0]
    _FILES.get(name, answering(b"", "404 Not Found"))(visit)


def _name(request: bytes) -> str:
    return request.split(b" ", 2)[1].decode().removeprefix("/")
