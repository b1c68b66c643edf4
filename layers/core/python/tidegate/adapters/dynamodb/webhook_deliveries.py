"""The log of deliveries in the webhooks table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from tidegate.adapters.dynamodb.webhook_codec import (
    DELIVERY,
    LOG_UNTIL,
    delivery_item,
    delivery_key,
    read_delivery,
    sort_key,
)
from tidegate.adapters.dynamodb.webhook_rows import Rows
from tidegate.domain.webhooks import Delivery, DeliveryAttempt, DeliveryKey, DeliveryStatus

_MAX_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether this worker may try now, and the delivery as it stands (None: no such delivery)."""

    taken: bool
    delivery: Delivery | None


class DeliveryRows(Rows):
    """Reads and writes deliveries."""

    def create_delivery(self, delivery: Delivery) -> Delivery | None:
        """Store a delivery unless it exists. Returns the one that was there before, or None."""
        existing = self._insert(delivery_item(delivery))
        return None if existing is None else read_delivery(existing)

    def get_delivery(self, key: DeliveryKey) -> Delivery | None:
        """Return the delivery as last written, or None."""
        item = self._get(key.account_id, sort_key(key))
        return None if item is None else read_delivery(item)

    def find_delivery(self, account_id: str, delivery_id: str) -> Delivery | None:
        """Return the delivery of this id, or None. Reads the account's log to find it."""
        found = (read_delivery(item) for item in self._all(account_id, DELIVERY))
        return next((delivery for delivery in found if delivery.key.delivery_id == delivery_id), None)

    def deliveries(self, account_id: str, *, limit: int = 50) -> tuple[Delivery, ...]:
        """Return the newest deliveries of an account, newest first; ``limit`` is capped at 100."""
        answer = self._client.query(
            **self._within(account_id, DELIVERY),
            ScanIndexForward=False,
            Limit=min(max(limit, 1), _MAX_PAGE),
        )
        return tuple(read_delivery(item) for item in answer["Items"])

    def claim(self, key: DeliveryKey, *, now_ms: int, until_ms: int, most: int) -> Claim:
        """Begin an attempt if the delivery is pending, due and was tried fewer than ``most`` times.

        The attempt is counted at once and the next becomes due at ``until_ms``: a second worker waits
        until then, and a worker that dies loses no more than this one attempt.
        """
        taken, item = self._update(
            delivery_key(key),
            "SET due_at_ms = :until, attempts = attempts + :one",
            condition="#status = :pending AND due_at_ms <= :now AND attempts < :most",
            names={"#status": "status"},
            values={
                ":until": until_ms,
                ":one": 1,
                ":pending": DeliveryStatus.PENDING.value,
                ":now": now_ms,
                ":most": most,
            },
        )
        return Claim(taken, read_delivery(item) if item else None)

    def record_success(self, key: DeliveryKey, attempt: DeliveryAttempt) -> bool:
        """Log an attempt that was taken; the delivery is done. False when it was final already.

        Whichever attempt it was: a late success is one, too.
        """
        return self._settle(key, attempt, {"status": DeliveryStatus.DELIVERED.value}, final=True)

    def record_retry(self, key: DeliveryKey, attempt: DeliveryAttempt, *, due_at_ms: int) -> bool:
        """Log a failed attempt; the next is due at ``due_at_ms``. False when a newer one has begun."""
        return self._settle(key, attempt, {"due_at_ms": due_at_ms}, newest_only=True)

    def record_failure(self, key: DeliveryKey, attempt: DeliveryAttempt) -> bool:
        """Log the attempt that ends the delivery, and why. False when a newer one has begun."""
        changes = {"status": DeliveryStatus.FAILED.value, "error": attempt.error}
        return self._settle(key, attempt, changes, newest_only=True, final=True)

    def _settle(
        self,
        key: DeliveryKey,
        attempt: DeliveryAttempt,
        changes: Mapping[str, object],
        *,
        newest_only: bool = False,
        final: bool = False,
    ) -> bool:
        condition = "#status = :pending" + (" AND attempts = :number" if newest_only else "")
        assignments = "".join(f", #{name} = :{name}" for name in changes)
        names = {"#status": "status"} | {f"#{name}": name for name in changes}
        if final:  # nothing comes any more: now the log's own retention counts
            assignments += f", #ttl = if_not_exists({LOG_UNTIL}, #ttl)"
            names["#ttl"] = "ttl"
        recorded, item = self._update(
            delivery_key(key),
            f"SET attempt_log = list_append(attempt_log, :entry){assignments}",
            condition=condition,
            names=names,
            values={":entry": [asdict(attempt)], ":pending": DeliveryStatus.PENDING.value}
            | ({":number": attempt.number} if newest_only else {})
            | {f":{name}": value for name, value in changes.items()},
        )
        # botocore repeats a write whose answer was lost: then it is our own record that refuses it.
        return recorded or (bool(item) and attempt in read_delivery(item).log)
