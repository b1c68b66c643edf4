"""The webhooks table: an account's endpoints, and the log of deliveries to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from tidegate.adapters.dynamodb.codec import Item, encode_item
from tidegate.adapters.dynamodb.webhook_codec import (
    DELIVERY,
    ENDPOINT,
    delivery_item,
    delivery_key,
    endpoint_item,
    read_delivery,
    read_endpoint,
    sort_key,
)
from tidegate.domain.webhooks import (
    MAX_ATTEMPTS,
    Delivery,
    DeliveryAttempt,
    DeliveryKey,
    DeliveryStatus,
    Endpoint,
)

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_MAX_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether this worker may try now, and the delivery as it stands (None: no such delivery)."""

    taken: bool
    delivery: Delivery | None


class WebhookTable:
    """Reads and writes endpoints and deliveries. Every method is one call, or one per page."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def put_endpoint(self, endpoint: Endpoint) -> None:
        """Store an endpoint, replacing one with the same id."""
        self._client.put_item(TableName=self._table, Item=endpoint_item(endpoint))

    def get_endpoint(self, account_id: str, endpoint_id: str) -> Endpoint | None:
        """Return the endpoint as last written, or None."""
        item = self._get(account_id, ENDPOINT + endpoint_id)
        return None if item is None else read_endpoint(item)

    def endpoints(self, account_id: str) -> tuple[Endpoint, ...]:
        """Return all endpoints of an account, oldest first."""
        # Consistent: an event may follow right upon the endpoint that waits for it.
        pages = self._client.get_paginator("query").paginate(
            **self._within(account_id, ENDPOINT), ConsistentRead=True
        )
        found = [read_endpoint(item) for page in pages for item in page["Items"]]
        return tuple(sorted(found, key=lambda endpoint: (endpoint.created_at_ms, endpoint.endpoint_id)))

    def set_enabled(self, account_id: str, endpoint_id: str, *, enabled: bool) -> bool:
        """Turn an endpoint on or off; False when there is none."""
        return self._update(
            encode_item({"account_id": account_id, "item": ENDPOINT + endpoint_id}),
            "SET #enabled = :enabled",
            condition="attribute_exists(account_id)",
            names={"#enabled": "enabled"},
            values={":enabled": enabled},
        )

    def create_delivery(self, delivery: Delivery) -> Delivery | None:
        """Store a delivery unless it exists. Returns the one that was there before, or None."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=delivery_item(delivery),
                ConditionExpression="attribute_not_exists(account_id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            return read_delivery(_refused_item(error))
        return None

    def get_delivery(self, key: DeliveryKey) -> Delivery | None:
        """Return the delivery as last written, or None."""
        item = self._get(key.account_id, sort_key(key))
        return None if item is None else read_delivery(item)

    def deliveries(self, account_id: str, *, limit: int = 50) -> tuple[Delivery, ...]:
        """Return the newest deliveries of an account, newest first; ``limit`` is capped at 100."""
        answer = self._client.query(
            **self._within(account_id, DELIVERY),
            ScanIndexForward=False,
            Limit=min(max(limit, 1), _MAX_PAGE),
        )
        return tuple(read_delivery(item) for item in answer["Items"])

    def claim(self, key: DeliveryKey, *, now_ms: int, until_ms: int) -> Claim:
        """Begin an attempt if the delivery is pending, due and has one left.

        The attempt is counted at once and the next becomes due at ``until_ms``: a second worker waits
        until then, and a worker that dies loses no more than this one attempt.
        """
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=delivery_key(key),
                UpdateExpression="SET due_at_ms = :until, attempts = attempts + :one",
                ConditionExpression="#status = :pending AND due_at_ms <= :now AND attempts < :most",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues=encode_item(
                    {
                        ":until": until_ms,
                        ":one": 1,
                        ":pending": DeliveryStatus.PENDING.value,
                        ":now": now_ms,
                        ":most": MAX_ATTEMPTS,
                    }
                ),
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            item = _refused_item(error)
            return Claim(taken=False, delivery=read_delivery(item) if item else None)
        return Claim(taken=True, delivery=read_delivery(answer["Attributes"]))

    def record_success(self, key: DeliveryKey, attempt: DeliveryAttempt) -> bool:
        """Log an attempt that was taken; the delivery is done. False when it was final already.

        Whichever attempt it was: a late success is one, too.
        """
        return self._settle(key, attempt, {"status": DeliveryStatus.DELIVERED.value})

    def record_retry(self, key: DeliveryKey, attempt: DeliveryAttempt, *, due_at_ms: int) -> bool:
        """Log a failed attempt; the next is due at ``due_at_ms``. False when a newer one has begun."""
        return self._settle(key, attempt, {"due_at_ms": due_at_ms}, newest_only=True)

    def record_failure(self, key: DeliveryKey, attempt: DeliveryAttempt) -> bool:
        """Log the attempt that ends the delivery, and why. False when a newer one has begun."""
        changes = {"status": DeliveryStatus.FAILED.value, "error": attempt.error}
        return self._settle(key, attempt, changes, newest_only=True)

    def _settle(
        self,
        key: DeliveryKey,
        attempt: DeliveryAttempt,
        changes: Mapping[str, object],
        *,
        newest_only: bool = False,
    ) -> bool:
        condition = "#status = :pending" + (" AND attempts = :number" if newest_only else "")
        assignments = "".join(f", #{name} = :{name}" for name in changes)
        return self._update(
            delivery_key(key),
            f"SET attempt_log = list_append(attempt_log, :entry){assignments}",
            condition=condition,
            names={"#status": "status"} | {f"#{name}": name for name in changes},
            values={":entry": [asdict(attempt)], ":pending": DeliveryStatus.PENDING.value}
            | ({":number": attempt.number} if newest_only else {})
            | {f":{name}": value for name, value in changes.items()},
        )

    def _update(
        self,
        key: Item,
        expression: str,
        *,
        condition: str,
        names: dict[str, str],
        values: Mapping[str, object],
    ) -> bool:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key,
                UpdateExpression=expression,
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=encode_item(values),
            )
        except ClientError as error:
            _refused_item(error)
            return False
        return True

    def _get(self, account_id: str, item: str) -> Item | None:
        answer = self._client.get_item(
            TableName=self._table,
            Key=encode_item({"account_id": account_id, "item": item}),
            ConsistentRead=True,
        )
        return answer.get("Item")

    def _within(self, account_id: str, prefix: str) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "KeyConditionExpression": "account_id = :account AND begins_with(#item, :prefix)",
            "ExpressionAttributeNames": {"#item": "item"},
            "ExpressionAttributeValues": encode_item({":account": account_id, ":prefix": prefix}),
        }


def _refused_item(error: ClientError) -> Item:
    """Return the item that failed the condition (empty if there is none); raise any other error again."""
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        raise error
    response: Mapping[str, Any] = error.response  # botocore's stubs lack the member
    return dict(response.get("Item", {}))
