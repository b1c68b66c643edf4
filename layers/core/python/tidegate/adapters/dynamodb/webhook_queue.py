"""Events that wait for a disabled endpoint, in the webhooks table."""

from __future__ import annotations

from collections.abc import Iterator

from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.adapters.dynamodb.webhook_queue_codec import QUEUED, queued_item, queued_key, read_queued
from tidegate.adapters.dynamodb.webhook_rows import Rows
from tidegate.domain.webhook_queue import DRAIN_LEASE_MS, Drain, QueuedEvent
from tidegate.domain.webhooks import Drained


class QueueRows(Rows):
    """Reads and writes queued events; each endpoint has its own, in order of time."""

    def queue_event(self, waiting: QueuedEvent) -> None:
        """Keep an event for its endpoint; nothing happens if it is kept already."""
        self._insert(queued_item(waiting))

    def queued_events(self, account_id: str, endpoint_id: str, *, since_ms: int = 0) -> Iterator[QueuedEvent]:
        """Yield what an endpoint's queue holds or held, oldest first; each page is read when it is needed."""
        mine = f"{QUEUED}{endpoint_id}#"
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="account_id = :account AND #item BETWEEN :first AND :last",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues=encode_item(
                {":account": account_id, ":first": f"{mine}{since_ms:013d}", ":last": f"{mine}~"}
            ),
            ConsistentRead=True,
        )
        return (read_queued(item) for page in pages for item in page["Items"])

    def lease_queued(self, waiting: QueuedEvent, drain: Drain, *, now_ms: int) -> int | None:
        """Take an event for one order to deliver; None while another order has it, or it is delivered.

        Returns the time that the order took it first: a repeated message sees the same.
        """
        event = waiting.event
        taken, item = self._update(
            _key(event.account_id, waiting.endpoint_id, event.occurred_at_ms, waiting.delivery_id),
            "SET drain_id = :drain, drained_at_ms = :now",
            condition="attribute_exists(account_id) AND attribute_not_exists(delivered_at_ms)"
            " AND (attribute_not_exists(drain_id) OR drain_id <> :drain AND drained_at_ms < :stale)",
            values={":drain": drain.drain_id, ":now": now_ms, ":stale": now_ms - DRAIN_LEASE_MS},
        )
        values = decode_item(item)
        mine = values.get("drain_id") == drain.drain_id and "delivered_at_ms" not in values
        return int(values["drained_at_ms"]) if taken or mine else None

    def release_queued(self, account_id: str, endpoint_id: str, origin: Drained) -> None:
        """Give an event back whose delivery failed: the next order to deliver may take it."""
        self._update(
            _key(account_id, endpoint_id, origin.occurred_at_ms, origin.delivery_id),
            "REMOVE drain_id, drained_at_ms",
            condition="drain_id = :drain",
            values={":drain": origin.drain_id},
        )

    def finish_queued(self, account_id: str, endpoint_id: str, origin: Drained, *, at_ms: int) -> None:
        """Note that an event was delivered; the first time stays."""
        self._update(
            _key(account_id, endpoint_id, origin.occurred_at_ms, origin.delivery_id),
            "SET delivered_at_ms = if_not_exists(delivered_at_ms, :at)",
            condition="attribute_exists(account_id)",
            values={":at": at_ms},
        )


def _key(account_id: str, endpoint_id: str, occurred_at_ms: int, delivery_id: str) -> Item:
    return encode_item(
        {"account_id": account_id, "item": queued_key(endpoint_id, occurred_at_ms, delivery_id)}
    )
