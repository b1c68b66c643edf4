"""HTTP/1.1 to one upstream server over connections that are used again, on h11 and asyncio streams.

An ordinary client library would tidy up the path on its way; a proxy must not.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import h11

Headers = list[tuple[bytes, bytes]]
_CHUNK = 1 << 16
_IDLE_S = 20  # below any server's keep-alive timeout, so that a waiting connection is seldom a dead one


class UpstreamDown(Exception):
    """No answer came. ``sent`` says whether the request may have been carried out."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


@dataclass(slots=True)
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    http: h11.Connection = field(default_factory=lambda: h11.Connection(h11.CLIENT))
    idle_since: float = 0

    async def write(self, event: h11.Event) -> None:
        self.writer.write(self.http.send(event) or b"")
        await self.writer.drain()

    async def read(self) -> object:
        while (event := self.http.next_event()) is h11.NEED_DATA:
            self.http.receive_data(await self.reader.read(_CHUNK))
        return event

    def is_fresh(self) -> bool:
        gone = self.reader.at_eof() or self.writer.is_closing()
        return not gone and time.monotonic() - self.idle_since < _IDLE_S


class Upstream:
    """One server. At most ``connections`` requests are under way; the others wait for their turn."""

    def __init__(self, host: str, port: int, connections: int) -> None:
        self._address = (host, port)
        self._turns = asyncio.Semaphore(connections)
        self._idle: list[_Connection] = []

    @asynccontextmanager
    async def exchange(
        self, request: h11.Request, body: AsyncIterator[bytes]
    ) -> AsyncIterator[tuple[h11.Response, AsyncIterator[bytes]]]:
        """Send a request; gives the response's head and its body as it comes.

        Raises:
            UpstreamDown: before any part of a response came.
        """
        async with self._turns:
            connection = await self._connect()
            try:
                response = await _ask(connection, request, body)
                yield response, _body(connection)
            finally:
                self._release(connection)

    async def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            connection = self._idle.pop()
            connection.writer.close()
            with suppress(OSError):
                await connection.writer.wait_closed()

    async def _connect(self) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_fresh():
                return connection
            connection.writer.close()
        try:
            return _Connection(*await asyncio.open_connection(*self._address))
        except OSError as error:
            raise UpstreamDown(str(error), sent=False) from error

    def _release(self, connection: _Connection) -> None:
        http = connection.http
        if http.our_state is h11.DONE and http.their_state is h11.DONE:
            http.start_next_cycle()
            connection.idle_since = time.monotonic()
            self._idle.append(connection)
        else:
            connection.writer.close()


async def _ask(connection: _Connection, request: h11.Request, body: AsyncIterator[bytes]) -> h11.Response:
    try:
        await connection.write(request)
        async for data in body:
            await connection.write(h11.Data(data))
        await connection.write(h11.EndOfMessage())
        while isinstance(event := await connection.read(), h11.InformationalResponse):
            pass
    except (OSError, h11.ProtocolError) as error:
        raise UpstreamDown(str(error) or type(error).__name__, sent=True) from error
    if not isinstance(event, h11.Response):
        raise UpstreamDown("the connection was closed without an answer", sent=True)
    return event


async def _body(connection: _Connection) -> AsyncIterator[bytes]:
    while isinstance(event := await connection.read(), h11.Data):
        yield bytes(event.data)
