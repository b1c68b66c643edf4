"""How queued events are written: at ``queued#<endpoint>#<event time, 13 digits>#<delivery id>``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.domain.retention import DEFAULT_RETENTION
from tidegate.domain.webhook_queue import QUEUE_RETENTION_MS, QueuedEvent
from tidegate.domain.webhooks import Event

QUEUED: Final = "queued#"
_SPARE_S: Final = 3_600  # it may be on its way when its time in the queue ends


def queued_key(endpoint_id: str, occurred_at_ms: int, delivery_id: str) -> str:
    """Return where a queued event lies under its account."""
    return f"{QUEUED}{endpoint_id}#{occurred_at_ms:013d}#{delivery_id}"


def queued_item(waiting: QueuedEvent) -> Item:
    """Write a queued event; the record goes with the delivery log, but not before the event has expired."""
    event = waiting.event
    kept_s = max(event.log_s or DEFAULT_RETENTION.log_s, QUEUE_RETENTION_MS // 1_000 + _SPARE_S)
    return encode_item(
        {
            "account_id": event.account_id,
            "item": queued_key(waiting.endpoint_id, event.occurred_at_ms, waiting.delivery_id),
            "endpoint_id": waiting.endpoint_id,
            "delivery_id": waiting.delivery_id,
            "queued_at_ms": waiting.queued_at_ms,
            "delivered_at_ms": waiting.delivered_at_ms,
            "event": json.dumps(event.to_detail(), separators=(",", ":")),  # its numbers stay as they are
            "ttl": waiting.queued_at_ms // 1_000 + kept_s,
        }
    )


def read_queued(item: Mapping[str, Any]) -> QueuedEvent:
    """Read a queued event."""
    values = decode_item(item)
    return QueuedEvent(
        event=Event.from_detail(json.loads(values["event"])),
        endpoint_id=values["endpoint_id"],
        delivery_id=values["delivery_id"],
        queued_at_ms=values["queued_at_ms"],
        delivered_at_ms=values.get("delivered_at_ms"),
    )
