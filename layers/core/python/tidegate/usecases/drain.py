"""Deliver what waited for a disabled endpoint: one event after the other, oldest first."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from tidegate.adapters.dynamodb.webhooks import WebhookTable
from tidegate.adapters.sqs import Queue
from tidegate.domain.webhook_queue import Drain, QueuedEvent, QueuedState, origin
from tidegate.domain.webhooks import (
    Delivery,
    DeliveryKey,
    DeliveryStatus,
    EndpointNotFound,
    drained,
)


def start_drain(
    account_id: str, endpoint_id: str, *, webhooks: WebhookTable, queue: Queue, now_ms: int
) -> int:
    """Order the queue of an endpoint to be delivered; returns how many events wait.

    The next event goes out when the one before was taken. The first that is not taken ends it: that event
    and those after it stay in the queue, for another order.

    Raises:
        EndpointNotFound: the account has no such endpoint, or it is disabled.
    """
    endpoint = webhooks.get_endpoint(account_id, endpoint_id)
    if endpoint is None or not endpoint.enabled:
        raise EndpointNotFound("No such endpoint, or it is disabled: enable it first.")
    drain = Drain(account_id, endpoint_id, str(uuid.uuid4()))
    waiting = sum(1 for _ in _waiting(drain, webhooks, now_ms))
    if waiting:
        queue.send(drain.to_message())
    return waiting


def keep_for_later(waiting: QueuedEvent, *, webhooks: WebhookTable, queue: Queue) -> None:
    """Queue an event for a disabled endpoint.

    Was the endpoint enabled just now, then whoever did it may have looked at the queue before the event was
    there: so the event is delivered, and what was queued before stays for an order of theirs.
    """
    account_id, occurred_at_ms = waiting.event.account_id, waiting.event.occurred_at_ms
    webhooks.queue_event(waiting)
    endpoint = webhooks.get_endpoint(account_id, waiting.endpoint_id)
    if endpoint is not None and endpoint.enabled:
        drain = Drain(account_id, waiting.endpoint_id, str(uuid.uuid4()), since_ms=occurred_at_ms)
        queue.send(drain.to_message())


def drain_next(drain: Drain, *, webhooks: WebhookTable, queue: Queue, now_ms: int) -> DeliveryKey | None:
    """Send off the oldest event that waits; None when there is none, or another order is at it.

    May be run any number of times: until the event is delivered, it is the same event under the same id.
    """
    waiting = next(_waiting(drain, webhooks, now_ms), None)
    at_ms = webhooks.lease_queued(waiting, drain, now_ms=now_ms) if waiting else None
    if waiting is None or at_ms is None:
        return None
    delivery = drained(waiting.event, waiting.endpoint_id, origin(waiting, drain), at_ms)
    existing = webhooks.create_delivery(delivery)
    if existing is None or existing.attempts == 0:
        queue.send(delivery.key.to_message())
    elif existing.status is not DeliveryStatus.PENDING:  # a crash kept the queue from moving on
        move_on(existing, webhooks=webhooks, queue=queue, now_ms=now_ms)
    return delivery.key


def move_on(delivery: Delivery, *, webhooks: WebhookTable, queue: Queue, now_ms: int) -> None:
    """After the end of a delivery: if it came from a queue, note what became of its event, and go on.

    May be run any number of times.
    """
    taken = delivery.drained
    if taken is None:
        return
    where = (delivery.key.account_id, delivery.endpoint_id)
    if delivery.status is not DeliveryStatus.DELIVERED:
        webhooks.release_queued(*where, taken)
        return
    webhooks.finish_queued(*where, taken, at_ms=now_ms)
    queue.send(Drain(*where, taken.drain_id, since_ms=taken.occurred_at_ms).to_message())


def _waiting(drain: Drain, webhooks: WebhookTable, now_ms: int) -> Iterator[QueuedEvent]:
    kept = webhooks.queued_events(drain.account_id, drain.endpoint_id, since_ms=drain.since_ms)
    return (entry for entry in kept if entry.state(now_ms) is QueuedState.PENDING)
