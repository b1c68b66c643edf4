"""The keys table: one item a key, which also counts requests (docs/adr/0003-request-windows.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.domain.keys import Key, KeyState, Surface
from tidegate.domain.limits import Bucket, window_number

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_REMOVED_PER_COUNT: Final = 8  # windows before the current one that each count clears away
_SWEEP_ABOVE: Final = 16  # leftovers of idle hours are swept once there are this many


class KeyTable:
    """API keys by the hash of their text."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def put(self, key: Key) -> None:
        """Store a new key."""
        self._client.put_item(
            TableName=self._table, Item=_to_item(key), ConditionExpression="attribute_not_exists(key_hash)"
        )

    def count_request(self, key_hash: str, bucket: Bucket, now_ms: int) -> tuple[Key, int] | None:
        """Read a key, count this request in the account's window and note the use: one call for most keys.

        Returns the key and the number of requests in the window, this one included; None for an unknown
        key. The count lives on the account's first key, so later keys cost a second call.
        """
        item = self._count(key_hash, bucket, now_ms)
        if item is None:
            return None
        key = _from_item(item)
        if key.window_home != key_hash:
            item = self._count(key.window_home, bucket, now_ms) or item
        return key, int(item[_window(bucket, window_number(now_ms))]["N"])

    def revoke(self, key_hash: str) -> None:
        """Stop a key at once. Its item stays: it may be the home of the account's windows."""
        self._client.update_item(
            TableName=self._table,
            Key=encode_item({"key_hash": key_hash}),
            UpdateExpression="SET #state = :revoked",
            ConditionExpression="attribute_exists(key_hash)",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues=encode_item({":revoked": KeyState.REVOKED}),
        )

    def list(self, account_id: str) -> list[Key]:
        """All keys of an account, oldest first."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="by_account",
            KeyConditionExpression="account_id = :account",
            ExpressionAttributeValues=encode_item({":account": account_id}),
        )
        hashes = [item["key_hash"] for page in pages for item in page["Items"]]
        keys = [
            _from_item(self._client.get_item(TableName=self._table, Key={"key_hash": key_hash})["Item"])
            for key_hash in hashes
        ]
        return sorted(keys, key=lambda key: key.created_at_ms)

    def _count(self, key_hash: str, bucket: Bucket, now_ms: int) -> Item | None:
        current = window_number(now_ms)
        names = {"#current": _window(bucket, current)}
        names |= {f"#old{n}": _window(bucket, current - n) for n in range(1, _REMOVED_PER_COUNT + 1)}
        old = ", ".join(name for name in names if name != "#current")
        try:
            item = self._client.update_item(
                TableName=self._table,
                Key=encode_item({"key_hash": key_hash}),
                UpdateExpression=f"SET last_used_at_ms = :now ADD #current :one REMOVE {old}",
                ConditionExpression="attribute_exists(key_hash)",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=encode_item({":now": now_ms, ":one": 1}),
                ReturnValues="ALL_NEW",
            )["Attributes"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return None
            raise
        self._sweep(key_hash, item, current)
        return item

    def _sweep(self, key_hash: str, item: Item, current: int) -> None:
        stale = [name for name in item if name.startswith("w#") and int(name.rpartition("#")[2]) < current]
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


def _to_item(key: Key) -> Item:
    return encode_item(
        {
            "key_hash": key.key_hash,
            "key_id": key.key_id,
            "account_id": key.account_id,
            "surface": key.surface,
            "name": key.name,
            "prefix": key.prefix,
            "scopes": key.scopes,
            "state": key.state,
            "plan": key.plan,
            "window_home": key.window_home,
            "created_at_ms": key.created_at_ms,
            "expires_at_ms": key.expires_at_ms,
            "allowlist": key.allowlist or None,
        }
    )


def _from_item(item: Item) -> Key:
    values: dict[str, Any] = decode_item(item)
    return Key(
        key_hash=values["key_hash"],
        key_id=values["key_id"],
        account_id=values["account_id"],
        surface=Surface(values["surface"]),
        name=values["name"],
        prefix=values["prefix"],
        scopes=tuple(values["scopes"]),
        state=KeyState(values["state"]),
        plan=values["plan"],
        window_home=values["window_home"],
        created_at_ms=values["created_at_ms"],
        last_used_at_ms=values.get("last_used_at_ms"),
        expires_at_ms=values.get("expires_at_ms"),
        allowlist=tuple(values.get("allowlist", ())),
    )
