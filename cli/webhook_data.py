"""Endpoints and deliveries, written for scripts."""

from __future__ import annotations

from cli.render import moment
from tidegate.domain.webhook_queue import QueuedEvent
from tidegate.domain.webhooks import Delivery, DeliveryAttempt, DeliveryStatus, Endpoint


def endpoint_data(endpoint: Endpoint) -> dict[str, object]:
    """Write an endpoint, without its secret."""
    return {
        "endpoint_id": endpoint.endpoint_id,
        "account_id": endpoint.account_id,
        "url": endpoint.url,
        "events": [event.value for event in endpoint.events],
        "enabled": endpoint.enabled,
        "disabled_because": endpoint.disabled_because,
        "disabled_at": moment(endpoint.disabled_at_ms),
        "failures": endpoint.failures,
        "secret_hint": endpoint.secret_hint,
        "previous_secret_until": moment(endpoint.previous_until_ms),
        "created_at": moment(endpoint.created_at_ms),
    }


def delivery_data(delivery: Delivery) -> dict[str, object]:
    """Write a delivery with its log; ``status_code`` and ``error`` are those of the newest attempt."""
    newest = delivery.log[-1] if delivery.log else None
    return {
        "delivery_id": delivery.key.delivery_id,
        "event": delivery.event_type.value,
        "event_id": delivery.event_id,
        "endpoint_id": delivery.endpoint_id,
        "occurred_at": moment(delivery.key.occurred_at_ms),
        "status": delivery.status.value,
        "attempts": delivery.attempts,
        "next_attempt_at": _next_attempt_at(delivery),
        "status_code": newest.status_code if newest else None,
        "error": delivery.error or (newest.error if newest else None),
        "log": [_attempt_data(attempt) for attempt in delivery.log],
    }


def queued_data(waiting: QueuedEvent, now_ms: int) -> dict[str, object]:
    """Write an event that waits, or waited, for its endpoint."""
    return {
        "event_id": waiting.event.event_id,
        "event": waiting.event.event_type.value,
        "endpoint_id": waiting.endpoint_id,
        "occurred_at": moment(waiting.event.occurred_at_ms),
        "queued_at": moment(waiting.queued_at_ms),
        "delivered_at": moment(waiting.delivered_at_ms),
        "state": waiting.state(now_ms).value,
    }


def _next_attempt_at(delivery: Delivery) -> str | None:
    is_waiting = delivery.status is DeliveryStatus.PENDING and delivery.due_at_ms
    return moment(delivery.due_at_ms) if is_waiting else None


def _attempt_data(attempt: DeliveryAttempt) -> dict[str, object]:
    return {
        "number": attempt.number,
        "at": moment(attempt.at_ms),
        "duration_ms": attempt.duration_ms,
        "status_code": attempt.status_code,
        "error": attempt.error,
    }
