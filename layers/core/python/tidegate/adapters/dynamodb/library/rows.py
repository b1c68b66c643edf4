"""The items of the library table: read, listed, and changed under conditions, alone or in transactions.

Every item lies under what it belongs to, most of them under their project: another project's id is simply
not found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_NAME: Final = re.compile(r"#(\w+)")
EXISTS: Final = "attribute_exists(pk)"
ABSENT: Final = "attribute_not_exists(pk)"
_EVERY: Final = "attribute_exists(entity)"  # which every item has: a filter may not ask for the key
_NOTHING: Final[Mapping[str, object]] = {}
_BATCH: Final = 100  # BatchGetItem takes no more keys (AWS API reference)
_FEW: Final = 25  # read at once where one item is wanted


@dataclass(frozen=True, slots=True)
class Filter:
    """Which items are meant. Attributes are written ``#name``; ``values`` are without the colon."""

    expression: str = _EVERY
    values: Mapping[str, object] = field(default_factory=dict)

    def also(self, expression: str, **values: object) -> Filter:
        """Return a filter that asks for this, too."""
        return Filter(f"{self.expression} AND {expression}", {**self.values, **values})


@dataclass(frozen=True, slots=True)
class Found:
    """Some of what a listing found, newest first, and how many there are."""

    items: list[dict[str, Any]]
    total: int


class Rows:
    """One table's items by partition and sort key."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self.client = client
        self._table = table

    def get(self, pk: str, sk: str) -> dict[str, Any] | None:
        """Read an item, as of now."""
        key = encode_item({"pk": pk, "sk": sk})
        answer = self.client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return decode_item(answer["Item"]) if "Item" in answer else None

    def some(self, pk: str, sks: Sequence[str]) -> list[dict[str, Any]]:
        """Read items, as of now, in no order; what is not there is left out."""
        items: list[Item] = []
        wanted = [encode_item({"pk": pk, "sk": sk}) for sk in dict.fromkeys(sks)]
        while wanted:
            asked: Any = {"Keys": wanted[:_BATCH], "ConsistentRead": True}
            answer = self.client.batch_get_item(RequestItems={self._table: asked})
            items += answer["Responses"].get(self._table, [])
            left: Any = answer.get("UnprocessedKeys", {}).get(self._table, {"Keys": []})
            wanted = [*left["Keys"], *wanted[_BATCH:]]
        return [decode_item(item) for item in items]

    def put(
        self, values: Mapping[str, object], only_if: str = ABSENT, given: Mapping[str, object] = _NOTHING
    ) -> Item:
        """Return the action of storing an item."""
        return {"Put": {"TableName": self._table, "Item": encode_item(values), **_condition(only_if, given)}}

    def change(
        self,
        pk: str,
        sk: str,
        *,
        sets: Mapping[str, object] | None = None,
        removes: Sequence[str] = (),
        adds: Mapping[str, int] | None = None,
        only_if: str = EXISTS,
        given: Mapping[str, object] = _NOTHING,
    ) -> Item:
        """Return the action of changing an item. A value of None removes the attribute."""
        kept = {name: value for name, value in (sets or {}).items() if value is not None}
        gone = [*removes, *(name for name, value in (sets or {}).items() if value is None)]
        parts = [
            ("SET", ", ".join(f"#{name} = :set_{name}" for name in kept)),
            ("REMOVE", ", ".join(f"#{name}" for name in gone)),
            ("ADD", ", ".join(f"#{name} :add_{name}" for name in adds or {})),
        ]
        update = " ".join(f"{word} {listed}" for word, listed in parts if listed)
        values = {f"set_{name}": value for name, value in kept.items()}
        values |= {f"add_{name}": value for name, value in (adds or {}).items()}
        return {
            "Update": {
                "TableName": self._table,
                "Key": encode_item({"pk": pk, "sk": sk}),
                "UpdateExpression": update,
                **_condition(only_if, {**given, **values}, update),
            }
        }

    def remove(self, pk: str, sk: str, only_if: str = EXISTS, given: Mapping[str, object] = _NOTHING) -> Item:
        """Return the action of removing an item."""
        return {
            "Delete": {
                "TableName": self._table,
                "Key": encode_item({"pk": pk, "sk": sk}),
                **_condition(only_if, given),
            }
        }

    def check(self, pk: str, sk: str, only_if: str = EXISTS) -> Item:
        """Return the action of making sure of something."""
        return {
            "ConditionCheck": {
                "TableName": self._table,
                "Key": encode_item({"pk": pk, "sk": sk}),
                **_condition(only_if, {}),
            }
        }

    def run(self, action: Item) -> bool:
        """Run one action by itself; False when its condition does not hold."""
        ((kind, arguments),) = action.items()
        call = {
            "Put": self.client.put_item,
            "Update": self.client.update_item,
            "Delete": self.client.delete_item,
        }[kind]
        try:
            call(**arguments)  # type: ignore[operator]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def leave(self, pk: str, sk: str, flow_id: str) -> bool:
        """Take an item out of a flow; False when it is not in it."""
        return self.run(
            self.change(pk, sk, sets={"flow_id": None}, only_if="#flow_id = :flow", given={"flow": flow_id})
        )

    def change_and_read(self, action: Item) -> tuple[bool, dict[str, Any] | None]:
        """Run one change; return whether it was made, and the item after it, or the one that refused it."""
        try:
            answer = self.client.update_item(**action["Update"], ReturnValues="ALL_NEW")
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            before: Any = error.response.get("Item")
            return False, decode_item(before) if before else None
        return True, decode_item(answer["Attributes"])

    def page(self, pk: str, prefix: str, wanted: Filter, *, limit: int, offset: int) -> Found:
        """List what the filter finds under a prefix, newest first. All of it is read, to be counted."""
        items: list[dict[str, Any]] = []
        total = 0
        for item in self._query(pk, prefix, wanted):
            if offset <= total < offset + limit:
                items.append(decode_item(item))
            total += 1
        return Found(items, total)

    def find(self, pk: str, prefix: str, wanted: Filter, *, newest: bool = True) -> dict[str, Any] | None:
        """Return the newest item that the filter finds, or the oldest; None if there is none."""
        item = next(self._query(pk, prefix, wanted, newest=newest, at_once=_FEW), None)
        return decode_item(item) if item else None

    def each(self, pk: str, prefix: str, wanted: Filter | None = None) -> Iterator[dict[str, Any]]:
        """Yield everything that the filter finds, newest first."""
        return map(decode_item, self._query(pk, prefix, wanted or Filter()))

    def indexed(self, index: str, attribute: str, value: str) -> Iterator[tuple[str, str]]:
        """Yield the keys of the items that an index has under a value; it lags behind a little."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=index,
            KeyConditionExpression="#attribute = :value",
            ExpressionAttributeNames={"#attribute": attribute},
            ExpressionAttributeValues=encode_item({":value": value}),
        )
        return ((item["pk"]["S"], item["sk"]["S"]) for page in pages for item in page["Items"])

    def tally(self, pk: str, prefix: str, wanted: Filter, by: str) -> Counter[str]:
        """Count what the filter finds, by an attribute."""
        found = self._query(pk, prefix, wanted, ProjectionExpression=f"#{by}")
        return Counter(item[by]["S"] for item in found if by in item)

    def _query(
        self,
        pk: str,
        prefix: str,
        wanted: Filter,
        *,
        newest: bool = True,
        at_once: int | None = None,
        **more: Any,
    ) -> Iterator[Item]:
        names = _names(wanted.expression, *map(str, more.values()))
        optional: dict[str, Any] = {"ExpressionAttributeNames": names} if names else {}
        pages = self.client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            FilterExpression=wanted.expression,
            ExpressionAttributeValues=encode_item(
                {":pk": pk, ":prefix": prefix, **{f":{name}": v for name, v in wanted.values.items()}}
            ),
            ScanIndexForward=not newest,
            ConsistentRead=True,
            PaginationConfig={"PageSize": at_once} if at_once else {},
            **optional,
            **more,
        )
        return (item for page in pages for item in page["Items"])


def unchanged(values: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """Return the condition that attributes are as they were read (None: absent), and the values for it."""
    conditions = [
        f"attribute_not_exists(#{name})" if value is None else f"#{name} = :was_{name}"
        for name, value in values.items()
    ]
    given = {f"was_{name}": value for name, value in values.items() if value is not None}
    return " AND ".join(conditions), given


def _condition(expression: str, values: Mapping[str, object], *others: str) -> dict[str, Any]:
    condition: dict[str, Any] = {
        "ConditionExpression": expression,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    if names := _names(expression, *others):
        condition["ExpressionAttributeNames"] = names
    if values:
        condition["ExpressionAttributeValues"] = encode_item({f":{k}": v for k, v in values.items()})
    return condition


def _names(*expressions: str) -> dict[str, str]:
    return {f"#{name}": name for text in expressions for name in _NAME.findall(text)}
