"""An account's generations by their place in its listing (docs/adr/0030)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tidegate.adapters.dynamodb import generation_codec
from tidegate.adapters.dynamodb.codec import Item, encode_item
from tidegate.domain.generation import Generation, id_floor

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class GenerationListing:
    """Reads pages by offset. DynamoDB cannot jump: what lies before a page is counted, not transferred."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def page(self, account_id: str, *, total: int, offset: int, limit: int) -> list[Generation]:
        """At most ``limit`` generations, newest first, after the ``offset`` newest of ``total``.

        The way is begun from the end that is nearer. From the older end the places are those of the moment at
        which ``total`` was read, whatever has been accepted since.
        """
        wanted = min(limit, total - offset)
        if wanted <= 0:
            return []
        older = total - offset - wanted
        if offset <= older:
            return self._read(account_id, skip=offset, take=wanted, newest_first=True)
        return self._read(account_id, skip=older, take=wanted, newest_first=False)[::-1]

    def of_surface(
        self, account_id: str, surface: str, *, since_ms: int, until_ms: int, limit: int
    ) -> list[Generation]:
        """The account's generations of one surface within a time, newest first, at most ``limit``.

        What the account made through other surfaces in that time is read, and paid for, as well.
        """
        query = {
            **self._query(account_id, newest_first=True),
            "FilterExpression": "surface = :surface",
            "ExpressionAttributeValues": encode_item(
                {
                    ":account": account_id,
                    ":first": id_floor(since_ms),
                    ":last": id_floor(until_ms),
                    ":surface": surface,
                }
            ),
        }
        items: list[Item] = []
        while len(items) < limit:
            answer = self._client.query(**query)
            items += answer["Items"]
            if not _follow(query, answer):
                break
        return [generation_codec.from_item(item) for item in items[:limit]]

    def _read(self, account_id: str, *, skip: int, take: int, newest_first: bool) -> list[Generation]:
        query = self._query(account_id, newest_first=newest_first)
        if skip and not self._advance(query, skip):
            return []
        items: list[Item] = []
        while len(items) < take:
            answer = self._client.query(**query, Limit=take - len(items))
            items += answer["Items"]
            if not _follow(query, answer):
                break
        return [generation_codec.from_item(item) for item in items]

    def _advance(self, query: dict[str, Any], skip: int) -> bool:
        """Let the query start behind its first ``skip`` items; False when nothing lies there."""
        while skip:
            answer = self._client.query(**query, Select="COUNT", Limit=skip)
            skip -= answer["Count"]
            if not _follow(query, answer):
                return False
        return True

    def _query(self, account_id: str, *, newest_first: bool) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "KeyConditionExpression": "pk = :account AND sk BETWEEN :first AND :last",
            "ExpressionAttributeValues": encode_item({":account": account_id, ":first": "0", ":last": "g"}),
            "ScanIndexForward": not newest_first,
            "ConsistentRead": True,  # else the newest could be missing although the total counts it
        }


def _follow(query: dict[str, Any], answer: Any) -> bool:
    """Let the query go on where the answer ended; False when that was the end."""
    last = answer.get("LastEvaluatedKey")
    query["ExclusiveStartKey"] = last
    return last is not None
