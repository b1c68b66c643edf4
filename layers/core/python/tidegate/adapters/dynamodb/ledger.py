"""Everything that the books rest on, read in order and page by page: as of now, never from an index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tidegate.adapters.dynamodb import generation_codec, journal_codec
from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.domain.generation import Generation
from tidegate.domain.money import Money
from tidegate.domain.wallet import Movement

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class LedgerReader:
    """Reads one account's journal, grants and generations."""

    def __init__(self, client: DynamoDBClient, wallets_table: str, generations_table: str) -> None:
        self._client = client
        self._wallets = wallets_table
        self._generations = generations_table

    def entries(self, account_id: str, first: int, last: int) -> Iterator[Movement]:
        """The journal's entries from ``first`` to ``last``, both included, in order; gaps are left out."""
        if last < first:
            return iter(())  # DynamoDB refuses such a range
        values = {
            ":account": account_id,
            ":first": journal_codec.sort_key(first),
            ":last": journal_codec.sort_key(last),
        }
        return map(
            journal_codec.from_item,
            self._wallet_items("account_id = :account AND #item BETWEEN :first AND :last", values),
        )

    def grants(self, account_id: str) -> Iterator[tuple[str, Money]]:
        """Every grant: its reference and its amount."""
        values = {":account": account_id, ":grant": "grant#"}
        for item in self._wallet_items("account_id = :account AND begins_with(#item, :grant)", values):
            grant = decode_item(item)
            yield grant["reference"], Money(grant["amount"])

    def generations(self, account_id: str) -> Iterator[Generation]:
        """Every generation, oldest first."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._generations,
            KeyConditionExpression="pk = :account",
            FilterExpression="entity = :generation",
            ExpressionAttributeValues=encode_item(
                {":account": account_id, ":generation": generation_codec.ENTITY}
            ),
            ConsistentRead=True,
        )
        return (generation_codec.from_item(item) for page in pages for item in page["Items"])

    def _wallet_items(self, condition: str, values: dict[str, Any]) -> Iterator[Item]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._wallets,
            KeyConditionExpression=condition,
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues=encode_item(values),
            ConsistentRead=True,
        )
        return (item for page in pages for item in page["Items"])
