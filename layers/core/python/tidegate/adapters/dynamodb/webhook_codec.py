"""How endpoints and deliveries are written as items of the webhooks table.

An endpoint lies at ``endpoint#<id>``, a delivery at ``delivery#<event time, 13 digits>#<id>``: the log is
stored in order of time, so the newest are one Query. Both parts are fixed by the event, so every copy of
an event meets the same item.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.domain.webhook_retries import LIFETIME_MS
from tidegate.domain.webhooks import (
    Delivery,
    DeliveryAttempt,
    DeliveryKey,
    DeliveryStatus,
    Drained,
    Endpoint,
    EventType,
)

ENDPOINT: Final = "endpoint#"
DELIVERY: Final = "delivery#"
LOG_UNTIL: Final = "log_until_s"  # what ``ttl`` becomes when the delivery is final, if that is sooner
_TRIED_S: Final = LIFETIME_MS // 1_000 + 3_600  # a worker may be at the last attempt


def sort_key(key: DeliveryKey) -> str:
    """Return where a delivery lies under its account."""
    return f"{DELIVERY}{key.occurred_at_ms:013d}#{key.delivery_id}"


def delivery_key(key: DeliveryKey) -> Item:
    """Return the primary key of a delivery."""
    return encode_item({"account_id": key.account_id, "item": sort_key(key)})


def endpoint_item(endpoint: Endpoint) -> Item:
    """Write an endpoint."""
    return encode_item(
        {
            "account_id": endpoint.account_id,
            "item": ENDPOINT + endpoint.endpoint_id,
            "endpoint_id": endpoint.endpoint_id,
            "url": endpoint.url,
            "events": [event.value for event in endpoint.events],
            "sealed_secret": endpoint.sealed_secret,
            "secret_hint": endpoint.secret_hint,
            "created_at_ms": endpoint.created_at_ms,
            "enabled": endpoint.enabled,
            "failures": endpoint.failures,
            "disabled_because": endpoint.disabled_because,
            "disabled_at_ms": endpoint.disabled_at_ms,
            "sealed_previous": endpoint.sealed_previous,
            "previous_until_ms": endpoint.previous_until_ms,
        }
    )


def read_endpoint(item: Mapping[str, Any]) -> Endpoint:
    """Read an endpoint."""
    values = decode_item(item)
    return Endpoint(
        account_id=values["account_id"],
        endpoint_id=values["endpoint_id"],
        url=values["url"],
        events=tuple(EventType(name) for name in values["events"]),
        sealed_secret=values["sealed_secret"],
        secret_hint=values["secret_hint"],
        created_at_ms=values["created_at_ms"],
        enabled=values["enabled"],
        failures=values.get("failures", 0),
        disabled_because=values.get("disabled_because"),
        disabled_at_ms=values.get("disabled_at_ms"),
        sealed_previous=values.get("sealed_previous"),
        previous_until_ms=values.get("previous_until_ms"),
    )


def delivery_item(delivery: Delivery) -> Item:
    """Write a delivery. It expires ``log_s`` after its event, but not while it may still be tried."""
    occurred_s = delivery.key.occurred_at_ms // 1_000
    return encode_item(
        {
            "account_id": delivery.key.account_id,
            "item": sort_key(delivery.key),
            "occurred_at_ms": delivery.key.occurred_at_ms,
            "delivery_id": delivery.key.delivery_id,
            "endpoint_id": delivery.endpoint_id,
            "event_id": delivery.event_id,
            "event_type": delivery.event_type.value,
            "body": delivery.body,
            "status": delivery.status.value,
            "attempts": delivery.attempts,
            "due_at_ms": delivery.due_at_ms,
            "attempt_log": [asdict(attempt) for attempt in delivery.log],
            "error": delivery.error,
            "drained": asdict(delivery.drained) if delivery.drained else None,
            LOG_UNTIL: occurred_s + delivery.log_s if delivery.log_s < _TRIED_S else None,
            "ttl": occurred_s + max(delivery.log_s, _TRIED_S),
        }
    )


def read_delivery(item: Mapping[str, Any]) -> Delivery:
    """Read a delivery with its log."""
    values = decode_item(item)
    return Delivery(
        key=DeliveryKey(values["account_id"], values["occurred_at_ms"], values["delivery_id"]),
        endpoint_id=values["endpoint_id"],
        event_id=values["event_id"],
        event_type=EventType(values["event_type"]),
        body=values["body"],
        status=DeliveryStatus(values["status"]),
        attempts=values["attempts"],
        due_at_ms=values["due_at_ms"],
        log=tuple(DeliveryAttempt(**entry) for entry in values["attempt_log"]),
        error=values.get("error"),
        drained=Drained(**values["drained"]) if "drained" in values else None,
        log_s=values.get(LOG_UNTIL, values["ttl"]) - values["occurred_at_ms"] // 1_000,
    )
