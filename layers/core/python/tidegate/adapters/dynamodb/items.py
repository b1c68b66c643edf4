"""Single items of the generations table: read as of now, changed only if they stand as expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class Items:
    """The items of one table, by their keys."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, key: Item) -> Item | None:
        """Read an item, as of now."""
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer.get("Item")

    def update(
        self,
        key: Item,
        update: str,
        condition: str,
        values: Mapping[str, object],
        *,
        names: Mapping[str, str] | None = None,
        intended: Mapping[str, object] | None = None,
    ) -> bool:
        """Change an item; False when the condition does not hold.

        True also when the item stands as ``intended`` already: botocore may repeat a write whose answer was
        lost.
        """
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key,
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeNames=names or {"#status": "status"},
                ExpressionAttributeValues=encode_item(values),
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            stood = standing(error)
            wanted = decode_item(encode_item(intended or {}))
            return bool(wanted) and wanted.items() <= stood.items()
        return True


def key_of(pk: str, sk: str) -> Item:
    """Return the key of an item."""
    return encode_item({"pk": pk, "sk": sk})


def standing(error: ClientError) -> dict[str, Any]:
    """Return the item that made a condition fail; raise any other error again."""
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        raise error
    item: Item = error.response.get("Item", {})  # type: ignore[assignment]
    return decode_item(item)
