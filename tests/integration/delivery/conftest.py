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
from tidegate.adapters.sealing import Sealer
from tidegate.adapters.sqs import Queue
from tidegate.domain.webhooks import Delivery, DeliveryKey, Event, EventType
from tidegate.runtime import Runtime
from tidegate.usecases.deliver import Outcome, Sender, deliver
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
    """A queue in memory. ``broken`` makes the next send fail as a lost connection does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: list[tuple[int, int, Mapping[str, Any]]] = []
        self._sent = 0
        self.delays_s: list[int] = []
        self.broken = False

    def send(self, body: Mapping[str, object], *, delay_s: int = 0) -> None:
        if self.broken:
            self.broken = False
            raise EndpointConnectionError(endpoint_url="https://sqs.example.com")
        self._sent += 1
        self.delays_s.append(delay_s)
        heapq.heappush(self._waiting, (self._clock.ms + 1_000 * delay_s, self._sent, body))

    def __len__(self) -> int:
        return len(self._waiting)

    def receive(self) -> DeliveryKey:
        """Take the next message, and let the time pass until it is visible."""
        due_ms, _, body = heapq.heappop(self._waiting)
        self._clock.ms = max(self._clock.ms, due_ms)
        return DeliveryKey.from_message(body)


@dataclass
class World:
    """All that a delivery meets."""

    webhooks: WebhookTable
    sealer: Sealer
    clock: Clock
    queue: ClockedQueue
    receiver: Receiver
    sender: Sender

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
        return fan_out(event, webhooks=self.webhooks, queue=self.queue)

    def tell_one(self, event: Event) -> DeliveryKey:
        """Fan an event out to the one endpoint that wants it."""
        (key,) = self.tell(event)
        return key

    def work(self) -> list[Outcome]:
        """Consume messages until the queue is empty."""
        outcomes = []
        while self.queue:
            outcomes.append(deliver(self.queue.receive(), self.sender))
        return outcomes

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
    sender = Sender(runtime.webhooks, queue, http, sealer, clock)
    return World(runtime.webhooks, sealer, clock, queue, receiver, sender)


@pytest.fixture
def event() -> Event:
    """A generation of account ``acc-1`` was completed."""
    data = {"account_id": "acc-1", "generation_id": "gen-1", "generation_status": "succeeded"}
    return Event("gen-1:completed", EventType.COMPLETED, "acc-1", START_MS - 500, data)


def of_account(event: Event, account_id: str) -> Event:
    """Return the same happening in another account."""
    return replace(event, account_id=account_id, event_id=f"{account_id}/{event.event_id}")
