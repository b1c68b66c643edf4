"""What a disabled endpoint would have been told: kept for 72 hours, until somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from tidegate.domain.webhooks import Delivery, Drained, Endpoint, Event, EventType, delivery_id

QUEUE_RETENTION_MS: Final = 72 * 3_600_000  # contracts: BabySea §8.4
# How long one order to deliver keeps another from the same event: longer than the fast attempts take.
DRAIN_LEASE_MS: Final = 15 * 60_000


class QueuedState(StrEnum):
    """Where a queued event stands (contracts: BabySea §8.4)."""

    PENDING = "pending"
    DELIVERED = "delivered"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """An event that happened while its endpoint was disabled."""

    event: Event
    endpoint_id: str
    delivery_id: str  # the one that it would have had; what is delivered later has a fresh one
    queued_at_ms: int
    delivered_at_ms: int | None = None

    def state(self, now_ms: int) -> QueuedState:
        """Where it stands at this moment."""
        if self.delivered_at_ms is not None:
            return QueuedState.DELIVERED
        is_old = now_ms >= self.queued_at_ms + QUEUE_RETENTION_MS
        return QueuedState.EXPIRED if is_old else QueuedState.PENDING


@dataclass(frozen=True, slots=True)
class Drain:
    """An order to deliver an endpoint's queue, one event after the other."""

    account_id: str
    endpoint_id: str
    drain_id: str
    since_ms: int = 0  # what happened before is delivered

    def to_message(self) -> dict[str, object]:
        """Write the queue message that asks for the next event."""
        return {"kind": "drain", **asdict(self)}

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> Drain | None:
        """Read the queue message; None if it asks for something else."""
        if message.get("kind") != "drain":
            return None
        return cls(message["account_id"], message["endpoint_id"], message["drain_id"], message["since_ms"])


def queued(event: Event, endpoint: Endpoint, now_ms: int) -> QueuedEvent:
    """Return an event that waits for a disabled endpoint. Copies of the event give the same id."""
    identity = delivery_id(event.event_id, endpoint.endpoint_id)
    return QueuedEvent(event, endpoint.endpoint_id, identity, now_ms)


def queued_again(delivery: Delivery, now_ms: int) -> QueuedEvent | None:
    """Return what waits when an endpoint was disabled before this delivery got through.

    None for what is not queued: a test, and an event that is in the queue already.
    """
    if delivery.is_brief:
        return None
    key = delivery.key
    event = Event(
        delivery.event_id,
        delivery.event_type,
        key.account_id,
        key.occurred_at_ms,
        delivery.data,
        log_s=delivery.log_s,
    )
    return QueuedEvent(event, delivery.endpoint_id, key.delivery_id, now_ms)


def is_queued(event: Event) -> bool:
    """Whether a disabled endpoint is told of it later; nobody waits for an old test."""
    return event.event_type is not EventType.TEST


def origin(waiting: QueuedEvent, drain: Drain) -> Drained:
    """Return what a delivery remembers of the queue that it came from."""
    return Drained(drain.drain_id, waiting.event.occurred_at_ms, waiting.delivery_id)
