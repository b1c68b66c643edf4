"""The roster of an account: which of its keys may still work, in one item of the keys table.

The index of keys lags behind, so what has to be exact hangs on the roster: how many keys there are, which
item counts the account's requests, and that a rotation or a change of plan misses no key. Every change of
it is conditional on its ``version``; requests never touch it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tidegate.adapters.dynamodb import key_codec, transaction
from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.domain.keys import Key, KeyState

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_BATCH: Final = 100  # BatchGetItem takes no more keys (AWS API reference)


@dataclass(frozen=True, slots=True)
class Roster:
    """An account's keys, each as it stands now. Version 0 is that of an account without keys."""

    account_id: str
    version: int
    window_home: str | None
    keys: tuple[Key, ...]


class Rosters:
    """Reads rosters, and stores keys together with them."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, account_id: str) -> Roster:
        """Read an account's roster and its keys, as of now."""
        answer = self._client.get_item(TableName=self._table, Key=_name(account_id), ConsistentRead=True)
        values: dict[str, Any] = decode_item(answer.get("Item", {}))
        keys = self.read(values.get("hashes", ()))
        return Roster(account_id, values.get("version", 0), values.get("window_home"), keys)

    def read(self, hashes: Sequence[str]) -> tuple[Key, ...]:
        """Read keys by their hashes, as of now, oldest first; what is not there is left out."""
        items: list[Item] = []
        wanted = [encode_item({"key_hash": key_hash}) for key_hash in hashes]
        while wanted:
            asked, wanted = wanted[:_BATCH], wanted[_BATCH:]
            answer = self._client.batch_get_item(
                RequestItems={self._table: {"Keys": asked, "ConsistentRead": True}}
            )
            items += answer["Responses"].get(self._table, [])
            left: Any = answer.get("UnprocessedKeys", {}).get(self._table, {"Keys": []})
            wanted += left["Keys"]
        return tuple(sorted(map(key_codec.from_item, items), key=lambda key: (key.created_at_ms, key.key_id)))

    def add(self, key: Key, roster: Roster, *, only_if: Sequence[Item]) -> bool:
        """Store a new key beside the roster's; False when the stored roster changed or ``only_if`` fails.

        ``only_if`` are further actions of the transaction, such as a check of the account's plan.

        Raises:
            transaction.StillInConflict: try again later.
        """
        return self._write([self._put(key), self._enlist(key, roster), *only_if])

    def replace(self, old: Key, retired: Key, new: Key, roster: Roster, *, only_if: Sequence[Item]) -> bool:
        """Store ``new`` and retire ``old`` at once; False as in ``add``, or when ``old`` is not as it was.

        Raises:
            transaction.StillInConflict: try again later.
        """
        retire = {
            "Update": {
                "TableName": self._table,
                "Key": encode_item({"key_hash": old.key_hash}),
                "UpdateExpression": "SET #state = :rotated, expires_at_ms = :end",
                "ConditionExpression": "#state = :active AND allowlist = :allowlist",
                "ExpressionAttributeNames": {"#state": "state"},
                "ExpressionAttributeValues": encode_item(
                    {
                        ":rotated": retired.state,
                        ":end": retired.expires_at_ms,
                        ":active": KeyState.ACTIVE,
                        ":allowlist": old.allowlist,
                    }
                ),
            }
        }
        return self._write([self._put(new), self._enlist(new, roster), retire, *only_if])

    def _put(self, key: Key) -> Item:
        return {
            "Put": {
                "TableName": self._table,
                "Item": key_codec.to_item(key),
                "ConditionExpression": "attribute_not_exists(key_hash)",
            }
        }

    def _enlist(self, key: Key, roster: Roster) -> Item:
        item = {
            "version": roster.version + 1,
            "window_home": key.window_home,
            "hashes": [one.key_hash for one in (*roster.keys, key)],
        }
        return {
            "Put": {
                "TableName": self._table,
                "Item": _name(roster.account_id) | encode_item(item),
                "ConditionExpression": "attribute_not_exists(key_hash) OR #version = :read",
                "ExpressionAttributeNames": {"#version": "version"},
                "ExpressionAttributeValues": encode_item({":read": roster.version}),
            }
        }

    def _write(self, actions: Sequence[Item]) -> bool:
        try:
            transaction.write(self._client, actions)
        except transaction.ConditionsFailed:
            return False
        return True


def _name(account_id: str) -> Item:
    return encode_item({"key_hash": f"account#{account_id}"})
