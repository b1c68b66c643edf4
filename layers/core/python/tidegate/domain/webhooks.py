"""Webhooks: who is told of what, under which id, and how often it is tried."""

from __future__ import annotations

import json
import secrets
import string
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from tidegate.domain.errors import TidegateError
from tidegate.domain.retention import DEFAULT_RETENTION


class EventType(StrEnum):
    """What an endpoint can be told (contracts: BabySea §8.2)."""

    STARTED = "generation.started"
    COMPLETED = "generation.completed"
    FAILED = "generation.failed"
    CANCELED = "generation.canceled"
    LOW_BALANCE = "credits.low_balance"
    TEST = "webhook.test"


DEFAULT_EVENTS: Final = (EventType.STARTED, EventType.COMPLETED, EventType.FAILED, EventType.CANCELED)
MAX_ENDPOINTS: Final = 20  # per account; the contract names no figure
SECRET_PREFIX: Final = "whsec_"  # noqa: S105  the public prefix, no secret
MAX_GRACE_HOURS: Final = 168  # after a rotation; as for API keys
MAX_FAILURES: Final = 15  # deliveries in a row, over all events (contracts: BabySea §8.4)

_SECRET_ALPHABET: Final = string.ascii_letters + string.digits
_SECRET_LENGTH: Final = 32  # a multiple of four, hence also valid base64, as Standard Webhooks wants it
_SHOWN_SECRET: Final = 4
_DELIVERY_NAMESPACE: Final = uuid.UUID("6f2f1a7e-4f0e-5d0a-9c53-7a1de1b2c9f4")  # ours, drawn once


class EndpointNotFound(TidegateError):
    """The account has no such webhook endpoint, or it is disabled."""

    code = "endpoint_not_found"


class DeliveryNotFound(TidegateError):
    """The account has no such webhook delivery, or its log entry has expired."""

    code = "delivery_not_found"


class TooManyEndpoints(TidegateError):
    """The account has as many webhook endpoints as it may. ``details["limit"]`` says how many."""

    code = "too_many_endpoints"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, as it travels on the bus.

    ``event_id`` and ``occurred_at_ms`` are the same for every copy of the event: the bus and its
    publisher deliver at least once, and a delivery is identified by them.
    """

    event_id: str
    event_type: EventType
    account_id: str
    occurred_at_ms: int
    data: Mapping[str, object]  # the wire's ``webhook_data``
    endpoint_id: str | None = None  # only this endpoint, whatever it is subscribed to
    log_s: int | None = None  # how long the log keeps its deliveries; None: it is about no generation
    surface: str | None = None  # of a generation: what rules of the bus can tell it by

    def to_detail(self) -> dict[str, object]:
        """Write the event as the bus carries it; what is absent is left out."""
        detail: dict[str, object] = {
            "event_id": self.event_id,
            "event_type": self.event_type.value,
            "account_id": self.account_id,
            "occurred_at_ms": self.occurred_at_ms,
            "data": dict(self.data),
        }
        optional = {"endpoint_id": self.endpoint_id, "log_s": self.log_s, "surface": self.surface}
        return detail | {name: value for name, value in optional.items() if value is not None}

    @classmethod
    def from_detail(cls, detail: Mapping[str, Any]) -> Event:
        """Read the bus's form.

        Raises:
            KeyError: a member is missing.
            ValueError: the event type is unknown.
        """
        return cls(
            event_id=detail["event_id"],
            event_type=EventType(detail["event_type"]),
            account_id=detail["account_id"],
            occurred_at_ms=detail["occurred_at_ms"],
            data=detail["data"],
            endpoint_id=detail.get("endpoint_id"),
            log_s=detail.get("log_s"),
            surface=detail.get("surface"),
        )


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an account wants to be told. Secrets are sealed; ``secret_hint`` is the masked prefix.

    ``failures`` counts the deliveries that failed since the last one that was taken.
    """

    account_id: str
    endpoint_id: str
    url: str
    events: tuple[EventType, ...]
    sealed_secret: bytes = field(repr=False)
    secret_hint: str
    created_at_ms: int
    enabled: bool = True
    failures: int = 0
    disabled_because: str | None = None
    disabled_at_ms: int | None = None
    sealed_previous: bytes | None = field(default=None, repr=False)  # signs beside the new one
    previous_until_ms: int | None = None  # when the previous secret stops to sign

    def wants(self, event: Event) -> bool:
        """Whether this event is meant for here: by subscription, or because it names this endpoint.

        A disabled endpoint still wants its events; they are queued for it.
        """
        if event.account_id != self.account_id:
            return False
        if event.endpoint_id is not None:
            return event.endpoint_id == self.endpoint_id
        return event.event_type in self.events


class DeliveryStatus(StrEnum):
    """Where a delivery stands; the last two are final."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DeliveryKey:
    """Names one delivery. The event's time is part of it so that the log is stored in order of time."""

    account_id: str
    occurred_at_ms: int
    delivery_id: str

    def to_message(self) -> dict[str, object]:
        """Write the queue message that asks for this delivery."""
        return asdict(self)

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> DeliveryKey:
        """Read the queue message. Raises KeyError when a member is missing."""
        return cls(message["account_id"], message["occurred_at_ms"], message["delivery_id"])


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One POST and what came of it. ``error`` is None exactly when the receiver took it."""

    number: int  # from 1
    at_ms: int
    duration_ms: int
    status_code: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Drained:
    """Names the queued event that a delivery carries, and the order to deliver the queue."""

    drain_id: str
    occurred_at_ms: int
    delivery_id: str  # the one it would have had when it happened


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint, with its log. ``body`` never changes over the attempts."""

    key: DeliveryKey
    endpoint_id: str
    event_id: str
    event_type: EventType
    body: str
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: int = 0  # begun, not only answered: a worker may die in between
    due_at_ms: int = 0  # nobody may try before; a worker that tries pushes it past its own end
    log: tuple[DeliveryAttempt, ...] = ()
    error: str | None = None  # why it failed for good
    drained: Drained | None = None  # None: it did not wait for a disabled endpoint
    log_s: int = DEFAULT_RETENTION.log_s  # how long the log keeps it after its event

    @property
    def is_brief(self) -> bool:
        """Whether it gets the fast retries only: somebody waits for a test, and for a queue to move on."""
        return self.event_type is EventType.TEST or self.drained is not None

    @property
    def data(self) -> Mapping[str, object]:
        """The ``webhook_data`` that it carries."""
        data: Mapping[str, object] = json.loads(self.body)["webhook_data"]
        return data


def mint_secret() -> str:
    """Return a new endpoint secret: ``whsec_`` and 32 alphanumerics, about 190 bits."""
    return SECRET_PREFIX + "".join(secrets.choice(_SECRET_ALPHABET) for _ in range(_SECRET_LENGTH))


def mask_secret(secret: str) -> str:
    """Return what may be shown of a secret after its creation."""
    return secret[: len(SECRET_PREFIX) + _SHOWN_SECRET] + "…"


def delivery_id(event_id: str, endpoint_id: str) -> str:
    """Return the id of this delivery: the same for every copy of the event and every attempt."""
    return str(uuid.uuid5(_DELIVERY_NAMESPACE, f"{event_id}/{endpoint_id}"))


def new_delivery(event: Event, endpoint: Endpoint) -> Delivery:
    """Return the delivery that tells ``endpoint`` of ``event``, not yet tried."""
    identity = delivery_id(event.event_id, endpoint.endpoint_id)
    return _delivery(
        event, endpoint.endpoint_id, DeliveryKey(event.account_id, event.occurred_at_ms, identity)
    )


def replayed(delivery: Delivery, now_ms: int) -> Delivery:
    """Return a delivery of the same event to the same endpoint under an id and a time of its own."""
    event = Event(
        delivery.event_id,
        delivery.event_type,
        delivery.key.account_id,
        now_ms,
        delivery.data,
        log_s=delivery.log_s,
    )
    return _delivery(event, delivery.endpoint_id, DeliveryKey(event.account_id, now_ms, str(uuid.uuid4())))


def drained(event: Event, endpoint_id: str, origin: Drained, at_ms: int) -> Delivery:
    """Return the delivery of a queued event. The same order to deliver always gives the same id."""
    identity = str(uuid.uuid5(_DELIVERY_NAMESPACE, f"{origin.drain_id}/{origin.delivery_id}"))
    key = DeliveryKey(event.account_id, at_ms, identity)
    return replace(_delivery(event, endpoint_id, key), drained=origin)


def _delivery(event: Event, endpoint_id: str, key: DeliveryKey) -> Delivery:
    envelope = {
        "webhook_event": event.event_type,
        "webhook_timestamp": iso(key.occurred_at_ms),
        "webhook_delivery_id": key.delivery_id,
        "webhook_data": event.data,
    }
    return Delivery(
        key=key,
        endpoint_id=endpoint_id,
        event_id=event.event_id,
        event_type=event.event_type,
        body=json.dumps(envelope, separators=(",", ":")),  # ASCII: no receiver can mistake the charset
        log_s=DEFAULT_RETENTION.log_s if event.log_s is None else event.log_s,
    )


def iso(at_ms: int) -> str:
    """Write epoch milliseconds as the wire does: ISO 8601, UTC, milliseconds, ``Z``."""
    return (
        datetime.fromtimestamp(at_ms / 1_000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )
