"""Turn one event into one delivery for each endpoint that wants it."""

from __future__ import annotations

from tidegate.adapters.dynamodb.webhooks import WebhookTable
from tidegate.adapters.sqs import Queue
from tidegate.domain.webhooks import Delivery, DeliveryKey, DeliveryStatus, Endpoint, Event, new_delivery


def fan_out(event: Event, *, webhooks: WebhookTable, queue: Queue) -> tuple[DeliveryKey, ...]:
    """Create and queue the deliveries of an event; returns those that were queued.

    May be run any number of times for the same event: each endpoint has one delivery with one id, and
    one that was stored but never begun is queued again, for its message may have been lost in a crash.
    """
    wanted = [endpoint for endpoint in _candidates(event, webhooks) if endpoint.wants(event)]
    deliveries = [new_delivery(event, endpoint) for endpoint in wanted]
    queued = [delivery.key for delivery in deliveries if _create(delivery, webhooks)]
    for key in queued:
        queue.send(key.to_message())
    return tuple(queued)


def _candidates(event: Event, webhooks: WebhookTable) -> tuple[Endpoint, ...]:
    if event.endpoint_id is None:
        return webhooks.endpoints(event.account_id)
    endpoint = webhooks.get_endpoint(event.account_id, event.endpoint_id)
    return () if endpoint is None else (endpoint,)


def _create(delivery: Delivery, webhooks: WebhookTable) -> bool:
    """Store the delivery; whether a message for it is needed."""
    existing = webhooks.create_delivery(delivery)
    return existing is None or (existing.status is DeliveryStatus.PENDING and existing.attempts == 0)
