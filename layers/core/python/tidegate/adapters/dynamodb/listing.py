"""An account's generations by their place in its listing (docs/adr/0030, 0051)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tidegate.adapters.dynamodb import generation_codec
from tidegate.adapters.dynamodb.codec import Item, encode_item
from tidegate.domain.generation import Generation, id_floor

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

# Over lapsed records that the table still has, a page's own size would be a slow step: it is doubled.
_MAX_STEP: Final = 1_000


class GenerationListing:
    """Reads pages by offset. DynamoDB cannot jump: what lies before a page is counted, not transferred."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def page(self, account_id: str, *, total: int, offset: int, limit: int, now_ms: int) -> list[Generation]:
        """At most ``limit`` generations, newest first, after the ``offset`` newest of ``total``.

        Records past their retention at ``now_ms`` have no place. The way is begun from the end that is
        nearer. From the older end the places are those of the moment at which ``total`` was read, whatever
        has been accepted since.
        """
        wanted = min(limit, total - offset)
        if wanted <= 0:
            return []
        older = total - offset - wanted
        newest_first = offset <= older
        query = _query(self._table, account_id, now_ms, newest_first=newest_first)
        items = self._read(query, skip=offset if newest_first else older, take=wanted)
        generations = [generation_codec.from_item(item) for item in items]
        return generations if newest_first else generations[::-1]

    def of_surface(
        self, account_id: str, surface: str, *, since_ms: int, until_ms: int, limit: int, now_ms: int
    ) -> list[Generation]:
        """The account's generations of one surface within a time, newest first, at most ``limit``.

        What the account made through other surfaces in that time is read, and paid for, as well. Records
        past their retention at ``now_ms`` are left out.
        """
        query = _query(self._table, account_id, now_ms, newest_first=True)
        query["FilterExpression"] = f"surface = :surface AND ({query['FilterExpression']})"
        query["ExpressionAttributeValues"] |= encode_item(
            {":first": id_floor(since_ms), ":last": id_floor(until_ms), ":surface": surface}
        )
        items: list[Item] = []
        while len(items) < limit:
            answer = self._client.query(**query)
            items += answer["Items"]
            if not _follow(query, answer):
                break
        return [generation_codec.from_item(item) for item in items[:limit]]

    def _read(self, query: dict[str, Any], *, skip: int, take: int) -> list[Item]:
        if skip and not self._advance(query, skip):
            return []
        items: list[Item] = []
        step = take
        while len(items) < take:
            answer = self._client.query(**query, Limit=step)
            items += answer["Items"]
            if not _follow(query, answer):
                break
            step = _next_step(answer, step, take - len(items), _MAX_STEP)
        return items[:take]

    def _advance(self, query: dict[str, Any], skip: int) -> bool:
        """Let the query start behind its first ``skip`` records; False when nothing lies there."""
        step, most = skip, _MAX_STEP
        while skip:
            answer = self._client.query(**query, Select="COUNT", Limit=step)
            if answer["Count"] > skip:  # too far: go there by smaller steps
                most = step // 2
                step = max(skip, most)
                continue
            skip -= answer["Count"]
            if not _follow(query, answer):
                return False
            step = _next_step(answer, step, skip, most)
        return True


def _next_step(answer: Any, step: int, wanted: int, most: int) -> int:
    return max(wanted, min(2 * step, most)) if answer["Count"] == 0 else wanted


def _query(table: str, account_id: str, now_ms: int, *, newest_first: bool) -> dict[str, Any]:
    values = {":account": account_id, ":first": "0", ":last": "g", ":now": now_ms // 1000}
    return {
        "TableName": table,
        "KeyConditionExpression": "pk = :account AND sk BETWEEN :first AND :last",
        "FilterExpression": "attribute_not_exists(#ttl) OR #ttl > :now",
        "ExpressionAttributeNames": {"#ttl": "ttl"},
        "ExpressionAttributeValues": encode_item(values),
        "ScanIndexForward": not newest_first,
        "ConsistentRead": True,  # else the newest could be missing although the total counts it
    }


def _follow(query: dict[str, Any], answer: Any) -> bool:
    """Let the query go on where the answer ended; False when that was the end."""
    last = answer.get("LastEvaluatedKey")
    query["ExclusiveStartKey"] = last
    return last is not None
