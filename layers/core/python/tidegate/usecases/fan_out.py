"""Turn one event into one delivery for each endpoint that wants it; for a disabled one, it is queued."""

from __future__ import annotations

from dataclasses import replace

from tidegate.adapters.dynamodb.webhooks import WebhookTable
from tidegate.adapters.sqs import Queue
from tidegate.domain.retention import DEFAULT_RETENTION
from tidegate.domain.webhook_queue import is_queued, queued
from tidegate.domain.webhooks import Delivery, DeliveryKey, DeliveryStatus, Endpoint, Event, new_delivery
from tidegate.usecases.drain import keep_for_later


def fan_out(
    event: Event, *, webhooks: WebhookTable, queue: Queue, now_ms: int, log_s: int = DEFAULT_RETENTION.log_s
) -> tuple[DeliveryKey, ...]:
    """Create and send off the deliveries of an event; returns those that were sent off.

    May be run any number of times for the same event: each endpoint has one delivery with one id, and
    one that was stored but never begun is sent off again, for its message may have been lost in a crash.
    ``log_s`` is how long deliveries stay in the log whose event does not say it.
    """
    event = replace(event, log_s=log_s if event.log_s is None else event.log_s)
    wanted = [endpoint for endpoint in _candidates(event, webhooks) if endpoint.wants(event)]
    for endpoint in wanted:
        if not endpoint.enabled and is_queued(event):
            keep_for_later(queued(event, endpoint, now_ms), webhooks=webhooks, queue=queue)
    deliveries = [new_delivery(event, endpoint) for endpoint in wanted if endpoint.enabled]
    untold = [delivery.key for delivery in deliveries if _create(delivery, webhooks)]
    for key in untold:
        queue.send(key.to_message())
    return tuple(untold)


def _candidates(event: Event, webhooks: WebhookTable) -> tuple[Endpoint, ...]:
    if event.endpoint_id is None:
        return webhooks.endpoints(event.account_id)
    endpoint = webhooks.get_endpoint(event.account_id, event.endpoint_id)
    return () if endpoint is None else (endpoint,)


def _create(delivery: Delivery, webhooks: WebhookTable) -> bool:
    """Store the delivery; whether a message for it is needed."""
    existing = webhooks.create_delivery(delivery)
    return existing is None or (existing.status is DeliveryStatus.PENDING and existing.attempts == 0)
