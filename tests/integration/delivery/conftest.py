"""A webhook world in-process: real table and HTTP, and a queue whose delays pass on the test's own clock."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.integration.delivery.receiver import Receiver
from tidegate.adapters.dynamodb.webhooks import WebhookTable
from tidegate.adapters.http import HttpClient
from tidegate.adapters.scheduler import Schedules
from tidegate.adapters.sealing import Sealer
from tidegate.adapters.sqs import MAX_DELAY_S, Queue
from tidegate.domain.webhook_queue import Drain
from tidegate.domain.webhooks import Delivery, DeliveryKey, Endpoint, Event, EventType
from tidegate.runtime import Runtime
from tidegate.usecases.deliver import Outcome, Sender, deliver
from tidegate.usecases.drain import drain_next
from tidegate.usecases.endpoints import NewEndpoint, add_endpoint
from tidegate.usecases.fan_out import fan_out

START_MS = 1_800_000_000_000


class Clock:
    """Time that moves only when a test or a queue's delay moves it."""

    def __init__(self) -> None:
        self.ms = START_MS

    def __call__(self) -> int:
        return self.ms


class ClockedQueue(Queue):
    """A queue in memory.

    ``broken`` makes the next send fail as a lost connection does; ``double`` sends every message twice.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: list[tuple[int, int, Mapping[str, Any]]] = []
        self._sent = 0
        self.delays_s: list[int] = []
        self.broken = False
        self.double = False

    def send(self, body: Mapping[str, object], *, delay_s: int = 0) -> None:
        if self.broken:
            self.broken = False
            raise EndpointConnectionError(endpoint_url="https://sqs.example.com")
        self.delays_s.append(delay_s)
        for _ in range(2 if self.double else 1):
            self.push(body, self._clock.ms + 1_000 * min(delay_s, MAX_DELAY_S))

    def push(self, body: Mapping[str, object], due_ms: int) -> None:
        """Make a message visible at this time."""
        self._sent += 1
        heapq.heappush(self._waiting, (due_ms, self._sent, body))

    def clear(self) -> None:
        """Lose every message."""
        self._waiting.clear()

    def __len__(self) -> int:
        return len(self._waiting)

    def receive(self) -> Mapping[str, Any]:
        """Take the next message, and let the time pass until it is visible."""
        due_ms, _, body = heapq.heappop(self._waiting)
        self._clock.ms = max(self._clock.ms, due_ms)
        return body


class ClockedSchedules(Schedules):
    """Schedules on the test's own clock. ``full`` makes the service refuse."""

    def __init__(self, queue: ClockedQueue, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock
        self.made: dict[str, int] = {}  # name -> due
        self.full = False

    def send_at(self, name: str, body: Mapping[str, object], at_ms: int) -> bool:
        if self.full:
            return False
        if name not in self.made:
            self.made[name] = at_ms
            self._queue.push(body, at_ms)
        return True


@dataclass
class World:
    """All that a delivery meets."""

    webhooks: WebhookTable
    sealer: Sealer
    clock: Clock
    queue: ClockedQueue
    schedules: ClockedSchedules
    receiver: Receiver
    sender: Sender
    told: list[Endpoint]  # what the operator was told of

    def add(self, account_id: str = "acc-1", **options: Any) -> NewEndpoint:
        """Register the receiver for an account."""
        return add_endpoint(
            account_id,
            self.receiver.url,
            webhooks=self.webhooks,
            sealer=self.sealer,
            now_ms=self.clock.ms,
            allowed_private={self.receiver.authority},
            **options,
        )

    def tell(self, event: Event) -> tuple[DeliveryKey, ...]:
        """Fan an event out."""
        return fan_out(event, webhooks=self.webhooks, queue=self.queue, now_ms=self.clock.ms)

    def tell_one(self, event: Event) -> DeliveryKey:
        """Fan an event out to the one endpoint that wants it."""
        (key,) = self.tell(event)
        return key

    def work(self, most: int = 10_000) -> list[Outcome]:
        """Consume messages until the queue is empty, or for this many attempts."""
        outcomes: list[Outcome] = []
        while self.queue and len(outcomes) < most:
            message = self.queue.receive()
            drain = Drain.from_message(message)
            if drain is None:
                outcomes.append(deliver(DeliveryKey.from_message(message), self.sender))
            else:
                drain_next(drain, webhooks=self.webhooks, queue=self.queue, now_ms=self.clock.ms)
        return outcomes

    def endpoint(self, new: NewEndpoint) -> Endpoint:
        """Return an endpoint as it is in the table."""
        found = self.webhooks.get_endpoint(new.endpoint.account_id, new.endpoint.endpoint_id)
        assert found is not None
        return found

    def stored(self, key: DeliveryKey) -> Delivery:
        """Return the delivery as it is in the table."""
        delivery = self.webhooks.get_delivery(key)
        assert delivery is not None
        return delivery


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything unless scripted otherwise."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def world(runtime: Runtime, receiver: Receiver) -> World:
    """A world with no endpoint yet; the receiver is the one private host that may be called."""
    clock = Clock()
    queue, sealer = ClockedQueue(clock), Sealer(runtime.secrets.sealing_key)
    http = HttpClient(allowed_private=frozenset({receiver.authority}))
    schedules, told = ClockedSchedules(queue, clock), list[Endpoint]()
    sender = Sender(
        runtime.webhooks, queue, schedules, http, sealer, clock, on_disabled=told.append, chance=lambda: 0.0
    )
    return World(runtime.webhooks, sealer, clock, queue, schedules, receiver, sender, told)


@pytest.fixture
def event() -> Event:
    """A generation of account ``acc-1`` was completed."""
    data = {"account_id": "acc-1", "generation_id": "gen-1", "generation_status": "succeeded"}
    return Event("gen-1:completed", EventType.COMPLETED, "acc-1", START_MS - 500, data)


def of_account(event: Event, account_id: str) -> Event:
    """Return the same happening in another account."""
    return replace(event, account_id=account_id, event_id=f"{account_id}/{event.event_id}")
