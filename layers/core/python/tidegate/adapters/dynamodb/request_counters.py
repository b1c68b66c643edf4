"""The requests of the day under way, counted on each key's item by the call that authenticates them.

``d`` is the UTC day, ``n`` all requests of it, ``u#<code>`` those of one endpoint. The first request of a new
day moves the old day's counters to the telemetry table (docs/adr/0045).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.adapters.dynamodb.key_codec import DAY
from tidegate.adapters.dynamodb.usage import ENDPOINT, TOTAL, UsageTable, count_of
from tidegate.domain.keys import KeyState
from tidegate.domain.usage import DayCount

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_BATCH: Final = 100  # BatchGetItem takes no more keys (AWS API reference)
_log = logging.getLogger(__name__)


class RequestCounters:
    """Counters on the items of the keys table."""

    def __init__(self, client: DynamoDBClient, table: str, usage: UsageTable) -> None:
        self._client = client
        self._table = table
        self._usage = usage

    def turn(self, item: Item, today: int) -> None:
        """Begin a new day on a key. Nothing is lost if this is interrupted, repeated, or done twice at once.

        Nor does it ever raise for a store that refuses: then the old day goes on for one more request.
        """
        values: dict[str, Any] = decode_item(item)
        count = count_of(values.get(DAY, 0), values)
        if count.day >= today:
            return
        try:
            if count.total:
                self._usage.keep(values["account_id"], values["key_id"], count)
            self._reset(values["key_hash"], count, today)
        except (BotoCoreError, ClientError) as error:
            if not _is_refused(error):  # refused: somebody else turned it, or has counted since it was read
                _log.warning("a day's usage was not put away: %s", type(error).__name__)

    def of_account(self, account_id: str) -> Iterator[tuple[str, DayCount]]:
        """The counters that lie on each of an account's keys, revoked ones included: key id, count."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="by_account",
            KeyConditionExpression="account_id = :account",
            ExpressionAttributeValues=encode_item({":account": account_id}),
        )
        names: list[Item] = [{"key_hash": item["key_hash"]} for page in pages for item in page["Items"]]
        for start in range(0, len(names), _BATCH):
            wanted: Any = {self._table: {"Keys": names[start : start + _BATCH]}}
            while wanted:
                answer = self._client.batch_get_item(RequestItems=wanted)
                for item in answer["Responses"].get(self._table, []):
                    values = decode_item(item)
                    yield values["key_id"], count_of(values.get(DAY, 0), values)
                wanted = answer.get("UnprocessedKeys")

    def _reset(self, key_hash: str, count: DayCount, today: int) -> None:
        names = {"#d": DAY, "#n": TOTAL}
        gone = {f"#u{n}": f"{ENDPOINT}{code}" for n, code in enumerate(count.by_endpoint)}
        values: dict[str, object] = {":today": today}
        if count.total:  # what was counted after it was read must not vanish
            unchanged = "#d = :day AND #n = :total"
            values |= {":day": count.day, ":total": count.total}
        else:
            unchanged = "attribute_exists(key_hash) AND attribute_not_exists(#n)"
        self._client.update_item(
            TableName=self._table,
            Key=encode_item({"key_hash": key_hash}),
            UpdateExpression=f"SET #d = :today REMOVE {', '.join(('#n', *gone))}",
            ConditionExpression=unchanged,
            ExpressionAttributeNames=names | gone,
            ExpressionAttributeValues=encode_item(values),
        )


class Counting:
    """The parts of a key's update that count its request for an endpoint, if one is named.

    ``only_if`` holds for a key that works, on the day that its counters are of. A day ahead was begun by a
    clock that goes faster: requests count there, and it is never turned back.
    """

    def __init__(self, endpoint: str | None, today: int) -> None:
        counted = endpoint is not None
        self.adds = ", #n :one, #u :one" if counted else ""
        self.names = {"#n": TOTAL, "#u": f"{ENDPOINT}{endpoint}"} if counted else {}
        works = "#state <> :revoked AND (attribute_not_exists(expires_at_ms) OR expires_at_ms > :now)"
        self.only_if = f" AND #d >= :today AND {works}" if counted else ""
        self.condition_names = {"#d": DAY, "#state": "state"} if counted else {}
        self.condition_values = {":today": today, ":revoked": KeyState.REVOKED} if counted else {}


def _is_refused(error: Exception) -> bool:
    return isinstance(error, ClientError) and (
        error.response["Error"]["Code"] == "ConditionalCheckFailedException"
    )
