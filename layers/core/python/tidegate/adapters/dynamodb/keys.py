"""The keys table: one item a key, which also counts requests (docs/adr/0003-request-windows.md).

Two other kinds of items lie beside the keys, under names that no SHA-256 can have: ``address#…`` counts
failed attempts (docs/adr/0032), ``account#…`` is the roster of an account's keys (``rosters.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from tidegate.adapters.dynamodb import key_codec
from tidegate.adapters.dynamodb.codec import Item, encode, encode_item
from tidegate.adapters.dynamodb.request_counters import Counting, RequestCounters
from tidegate.adapters.dynamodb.rosters import Rosters
from tidegate.adapters.dynamodb.usage import UsageTable
from tidegate.domain.keys import Key, KeyState
from tidegate.domain.limits import WINDOW_S, Bucket, window_number
from tidegate.domain.usage import day_of

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_REMOVED_PER_COUNT: Final = 8  # windows before the current one that each count clears away
_SWEEP_ABOVE: Final = 16  # leftovers of idle hours are swept once there are this many


class KeyTable:
    """API keys by the hash of their text."""

    def __init__(self, client: DynamoDBClient, table: str, usage: UsageTable) -> None:
        self._client = client
        self._table = table
        self.rosters = Rosters(client, table)
        self.counters = RequestCounters(client, table, usage)

    def count_request(
        self, key_hash: str, bucket: Bucket, now_ms: int, endpoint: str | None = None
    ) -> tuple[Key, int] | None:
        """Read a key, count this request in its window and note the use: one call for most keys.

        Returns the key and the number of requests in the window, this one included; None for an unknown key.
        A key that does not work is returned uncounted. An account's shared count lives on its first key, so
        later keys cost a second call; a bucket that is counted per key never does. A request for an
        ``endpoint`` (its code) is also counted in the key's usage of the day, by the same call.
        """
        item = self._count(key_hash, bucket, now_ms, endpoint)
        if not item:
            return None
        key = key_codec.from_item(item)
        if not key.works(now_ms):
            return key, 0
        if key.window_home != key_hash and not bucket.per_key:
            item = self._count(key.window_home, bucket, now_ms) or item
        return key, int(item[_window(bucket, window_number(now_ms, bucket.window_s))]["N"])

    def take_back(self, key: Key, bucket: Bucket, now_ms: int) -> None:
        """Count a request no longer that ``count_request`` counted in this window."""
        try:
            self._client.update_item(
                TableName=self._table,
                Key=encode_item({"key_hash": key.key_hash if bucket.per_key else key.window_home}),
                UpdateExpression="ADD #current :less",
                ConditionExpression="#current > :none",  # else the window is past, and was cleared away
                ExpressionAttributeNames={
                    "#current": _window(bucket, window_number(now_ms, bucket.window_s))
                },
                ExpressionAttributeValues=encode_item({":less": -1, ":none": 0}),
            )
        except ClientError as error:
            _stood(error)

    def count_failure(self, source: str, now_ms: int) -> int:
        """Count an attempt that failed; returns how many there were from ``source`` in this window."""
        window = window_number(now_ms)
        answer = self._client.update_item(
            TableName=self._table,
            Key=encode_item({"key_hash": f"address#{source}#{window}"}),
            UpdateExpression="ADD failures :one SET #ttl = :ttl",
            ExpressionAttributeNames={"#ttl": "ttl"},
            ExpressionAttributeValues=encode_item({":one": 1, ":ttl": (window + 2) * WINDOW_S}),
            ReturnValues="UPDATED_NEW",
        )
        return int(answer["Attributes"]["failures"]["N"])

    def revoke(self, key_hash: str) -> None:
        """Stop a key at once. Its item stays: it may be the home of the account's windows."""
        self._set(key_hash, "state", KeyState.REVOKED)

    def set_plan(self, key_hash: str, plan: str) -> None:
        """Put a key on another plan from its next request on."""
        self._set(key_hash, "plan", plan)

    def set_allowlist(self, key_hash: str, allowlist: Sequence[str]) -> None:
        """Let a key be used from these addresses only, from its next request on; empty: from anywhere."""
        self._set(key_hash, "allowlist", tuple(allowlist))

    def list(self, account_id: str) -> list[Key]:
        """All keys of an account, oldest first. Those that may work are read as of now.

        The others are found by an index, which lags behind.
        """
        roster = self.rosters.get(account_id)
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="by_account",
            KeyConditionExpression="account_id = :account",
            ExpressionAttributeValues=encode_item({":account": account_id}),
        )
        hashes = {item["key_hash"]["S"] for page in pages for item in page["Items"]}
        retired = self.rosters.read(sorted(hashes - {key.key_hash for key in roster.keys}))
        return sorted([*roster.keys, *retired], key=lambda key: key.created_at_ms)

    def _set(self, key_hash: str, name: str, value: object) -> None:
        self._client.update_item(
            TableName=self._table,
            Key=encode_item({"key_hash": key_hash}),
            UpdateExpression="SET #name = :value",
            ConditionExpression="attribute_exists(key_hash)",
            ExpressionAttributeNames={"#name": name},
            ExpressionAttributeValues={":value": encode(value)},
        )

    def _count(self, key_hash: str, bucket: Bucket, now_ms: int, endpoint: str | None = None) -> Item:
        today = day_of(now_ms)
        counting = Counting(endpoint, today)
        try:
            item = self._add_one(key_hash, bucket, now_ms, counting, conditional=True)
        except ClientError as error:
            stood = _stood(error)
            if not stood or not key_codec.from_item(stood).works(now_ms):
                return stood
            self.counters.turn(stood, today)
            item = self._add_one(key_hash, bucket, now_ms, counting, conditional=False)
        self._sweep(key_hash, item, now_ms)
        return item

    def _add_one(
        self, key_hash: str, bucket: Bucket, now_ms: int, counting: Counting, *, conditional: bool
    ) -> Item:
        current = window_number(now_ms, bucket.window_s)
        old = {f"#old{n}": _window(bucket, current - n) for n in range(1, _REMOVED_PER_COUNT + 1)}
        names = {"#current": _window(bucket, current), **old, **counting.names}
        values: dict[str, object] = {":now": now_ms, ":one": 1}
        condition = "attribute_exists(key_hash)"
        if conditional:
            condition += counting.only_if
            names |= counting.condition_names
            values |= counting.condition_values
        return self._client.update_item(
            TableName=self._table,
            Key=encode_item({"key_hash": key_hash}),
            UpdateExpression=f"SET last_used_at_ms = :now ADD #current :one{counting.adds} "
            f"REMOVE {', '.join(old)}",
            ConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=encode_item(values),
            ReturnValues="ALL_NEW",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )["Attributes"]

    def _sweep(self, key_hash: str, item: Item, now_ms: int) -> None:
        stale = [name for name in item if name.startswith("w#") and _is_past(name, now_ms)]
        if len(stale) < _SWEEP_ABOVE:
            return
        names = {f"#w{n}": name for n, name in enumerate(stale)}
        self._client.update_item(
            TableName=self._table,
            Key=encode_item({"key_hash": key_hash}),
            UpdateExpression="REMOVE " + ", ".join(names),
            ExpressionAttributeNames=names,
        )


def _window(bucket: Bucket, number: int) -> str:
    return f"w#{bucket}#{number}"


def _stood(error: ClientError) -> Item:
    """Return the item that made a condition fail, empty if there is none; raise any other error again."""
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        raise error
    item: Item = error.response.get("Item", {})  # type: ignore[assignment]
    return item


def _is_past(name: str, now_ms: int) -> bool:
    """Whether a window has ended; buckets count by windows of their own length."""
    _, bucket, number = name.split("#")
    return int(number) < window_number(now_ms, Bucket(bucket).window_s)
