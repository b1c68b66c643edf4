"""What the simulator received and what it called back, for tests and for the page."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import count, islice
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_KEPT = 2000
_ENTRY = "tidegate.received"
_SECRET_HEADERS = {"authorization", "cookie", "x-key", "x-goog-api-key"}


@dataclass(slots=True)
class Received:
    """One request from a client. ``kind`` is submit, poll, result, cancel, list or other."""

    number: int
    provider: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    at: float = field(default_factory=time.time)
    kind: str = "other"
    status: int | None = None  # None: no answer was sent
    model: str | None = None
    job_id: str | None = None
    body: Any = None
    faults: list[str] = field(default_factory=list)
    ignored_fields: list[str] = field(default_factory=list)  # inputs that the model does not have
    unknown_fault_words: list[str] = field(default_factory=list)


@dataclass(slots=True)
class CalledBack:
    """One attempt to deliver a callback. ``status`` is None when nobody answered."""

    job_id: str
    event: str
    url: str
    attempt: int
    status: int | None
    at: float = field(default_factory=time.time)


class Journal:
    """The last requests and callbacks, and how many of each kind there were in all."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._counts: dict[str, Counter[str]] = {}
        self._received: deque[Received] = deque(maxlen=_KEPT)
        self.callbacks: deque[CalledBack] = deque(maxlen=_KEPT)

    def open(self, provider: str, scope: Scope) -> Received:
        """Begin the entry of a request."""
        headers = {
            name.decode("latin-1"): "***"
            if name.decode("latin-1") in _SECRET_HEADERS
            else value.decode("latin-1")
            for name, value in scope["headers"]
        }
        query = scope["query_string"].decode("latin-1")
        received = Received(next(self._numbers), provider, scope["method"], scope["path"], query, headers)
        self._received.append(received)
        self._counts.setdefault(provider, Counter())["total"] += 1
        return received

    def close(self, entry: Received) -> None:
        """End the entry of a request: by now its kind is known."""
        self._counts.setdefault(entry.provider, Counter())[entry.kind] += 1

    def clear(self) -> None:
        """Forget everything."""
        self._counts.clear()
        self._received.clear()
        self.callbacks.clear()

    def requests(self, limit: int, provider: str | None, kind: str | None) -> list[dict[str, Any]]:
        """What came, newest first, of one provider or kind if wanted."""
        fitting = (
            entry
            for entry in reversed(self._received)
            if provider in {None, entry.provider} and kind in {None, entry.kind}
        )
        return [asdict(entry) for entry in islice(fitting, limit)]

    def counts(self) -> dict[str, dict[str, int]]:
        """How many came to each provider since the last reset: in all, and by kind once answered."""
        return {provider: dict(counter) for provider, counter in self._counts.items()}


class Recorder:
    """ASGI middleware: writes every request of one vendor into the journal, with the status that it got."""

    def __init__(self, app: ASGIApp, provider: str, journal: Journal) -> None:
        self._app = app
        self._provider = provider
        self._journal = journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        entry = self._journal.open(self._provider, scope)
        scope[_ENTRY] = entry

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            self._journal.close(entry)


def received(scope: Scope) -> Received:
    """The entry of the request that this scope belongs to."""
    entry: Received = scope[_ENTRY]
    return entry


def views(entries: deque[CalledBack], limit: int) -> list[dict[str, Any]]:
    """Callbacks as plain data, newest first."""
    return [asdict(entry) for entry in islice(reversed(entries), limit)]
