"""What all rows of the webhooks table have in common: how they are read, and changed under a condition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tidegate.adapters.dynamodb.codec import Item, encode_item

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class Rows:
    """Rows under an account, by sort key."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def _get(self, account_id: str, item: str) -> Item | None:
        answer = self._client.get_item(
            TableName=self._table,
            Key=encode_item({"account_id": account_id, "item": item}),
            ConsistentRead=True,
        )
        return answer.get("Item")

    def _insert(self, item: Item) -> Item | None:
        """Store a row unless there is one. Returns that one, or None."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(account_id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            return refused_item(error)
        return None

    def _update(
        self,
        key: Item,
        expression: str,
        *,
        condition: str,
        names: dict[str, str] | None = None,
        values: Mapping[str, object] | None = None,
    ) -> tuple[bool, Item]:
        """Change a row. Returns whether the condition held, and the row: as it is now, or as it stands."""
        # DynamoDB refuses empty maps of names and of values.
        optional: dict[str, Any] = {}
        if names:
            optional["ExpressionAttributeNames"] = names
        if values:
            optional["ExpressionAttributeValues"] = encode_item(values)
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=key,
                UpdateExpression=expression,
                ConditionExpression=condition,
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                **optional,
            )
        except ClientError as error:
            return False, refused_item(error)
        return True, answer["Attributes"]

    def _within(self, account_id: str, prefix: str) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "KeyConditionExpression": "account_id = :account AND begins_with(#item, :prefix)",
            "ExpressionAttributeNames": {"#item": "item"},
            "ExpressionAttributeValues": encode_item({":account": account_id, ":prefix": prefix}),
        }

    def _all(self, account_id: str, prefix: str) -> list[Item]:
        # Consistent: an event may follow right upon the endpoint that waits for it.
        pages = self._client.get_paginator("query").paginate(
            **self._within(account_id, prefix), ConsistentRead=True
        )
        return [item for page in pages for item in page["Items"]]


def refused_item(error: ClientError) -> Item:
    """Return the item that failed the condition (empty if there is none); raise any other error again."""
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        raise error
    response: Mapping[str, Any] = error.response  # botocore's stubs lack the member
    return dict(response.get("Item", {}))
