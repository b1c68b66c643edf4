"""The attempts in the generations table: each lies under its generation (docs/adr/0002)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tidegate.adapters.dynamodb import attempt_codec
from tidegate.adapters.dynamodb.codec import Item, encode_item
from tidegate.adapters.dynamodb.items import Items, key_of, standing
from tidegate.domain.attempt import Attempt, AttemptStatus

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class AttemptTable:
    """The attempts of every generation, fenced by their owners (docs/adr/0004)."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self._items = Items(client, table)

    def create(self, attempt: Attempt, *, until_s: int | None = None) -> bool:
        """Store a new attempt before its first byte is sent; False when another worker stored that number.

        After ``until_s``, an epoch second, DynamoDB deletes it.
        """
        try:
            self._client.put_item(
                TableName=self._table,
                Item=attempt_codec.to_item(attempt) | encode_item({"ttl": until_s}),
                ConditionExpression="attribute_not_exists(pk)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            return standing(error).get("owner") == attempt.owner
        return True

    def get(self, generation_id: str, number: int) -> Attempt | None:
        """Read one attempt, as of now."""
        item = self._items.get(key(generation_id, number))
        return attempt_codec.from_item(item) if item else None

    def of(self, generation_id: str) -> Sequence[Attempt]:
        """All attempts of a generation, in order."""
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :generation",
            ExpressionAttributeValues=encode_item({":generation": generation_id}),
            ConsistentRead=True,
        )
        return [attempt_codec.from_item(item) for item in answer["Items"]]

    def change(
        self, attempt: Attempt, changes: Mapping[str, object], *, only_if: Sequence[AttemptStatus]
    ) -> bool:
        """Change an attempt if it stands in one of these statuses and still has this owner.

        True also when it stands exactly so already: botocore may repeat a write whose answer was lost.
        ``changes`` are attributes as ``attempt_codec`` names them; ``status`` is among them if it changes.
        """
        names = {f"#{name}": name for name in changes} | {"#status": "status"}
        states = {f":if{n}": status for n, status in enumerate(only_if)}
        return self._items.update(
            key(attempt.generation_id, attempt.number),
            "SET " + ", ".join(f"#{name} = :{name}" for name in changes),
            f"#status IN ({', '.join(states)}) AND #owner = :was_owner",
            {f":{name}": value for name, value in changes.items()} | states | {":was_owner": attempt.owner},
            names=names | {"#owner": "owner"},
            intended=changes,
        )

    def resolve(self, attempt: Attempt, status: AttemptStatus, now_ms: int) -> dict[str, Any]:
        """Return the action that ends an attempt within a transaction."""
        return {
            "Update": {
                "TableName": self._table,
                "Key": key(attempt.generation_id, attempt.number),
                "UpdateExpression": "SET #status = :status, resolved_at_ms = :now",
                "ConditionExpression": "attribute_exists(pk)",
                "ExpressionAttributeNames": {"#status": "status"},
                "ExpressionAttributeValues": encode_item({":status": status, ":now": now_ms}),
            }
        }


def key(generation_id: str, number: int) -> Item:
    """Return an attempt's key."""
    return key_of(generation_id, attempt_codec.sort_key(number))
