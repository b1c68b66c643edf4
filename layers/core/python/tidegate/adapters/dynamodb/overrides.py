"""The operator's overrides of routing: one item of the generations table, which is backed up.

They do not lie with the telemetry: losing all statistics must not switch a provider on again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.domain.load import Limit
from tidegate.domain.money import Money
from tidegate.domain.overrides import Overrides

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_KEY: Final[Item] = encode_item({"pk": "operator", "sk": "routing"})


class OverrideTable:
    """Reads the overrides, and replaces them."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, *, consistent: bool = False) -> Overrides:
        """Read them, as of a moment ago or, ``consistent``, as of now; none if nobody ever set any."""
        answer = self._client.get_item(TableName=self._table, Key=_KEY, ConsistentRead=consistent)
        values = decode_item(answer.get("Item", {}))
        pins = {model: tuple(order) for model, order in values.get("pins", {}).items()}
        disabled, frozen = (frozenset(values.get(name, ())) for name in ("disabled", "frozen"))
        keyed = frozenset(values["keyed"]) if "keyed" in values else None
        caps = {name: Money(micros) for name, micros in values.get("caps", {}).items()}
        limits = {name: Limit(*kept) for name, kept in values.get("limits", {}).items()}
        return Overrides(
            disabled, pins, frozen, values.get("version", 0), keyed, caps, values.get("spent_on", {}), limits
        )

    def replace(self, overrides: Overrides) -> bool:
        """Store the next version; False when somebody else changed them meanwhile."""
        was = overrides.version - 1
        values: dict[str, object] = {
            "disabled": sorted(overrides.disabled),
            "pins": overrides.pins,
            "frozen": sorted(overrides.frozen),
            "caps": {name: cap.micros for name, cap in overrides.caps.items()},
            "spent_on": overrides.spent_on,
            "limits": {
                name: [limit.concurrent, limit.per_minute] for name, limit in overrides.limits.items()
            },
            "version": overrides.version,
        }
        if overrides.keyed is not None:
            values["keyed"] = sorted(overrides.keyed)
        condition = {"ExpressionAttributeValues": encode_item({":was": was})} if was else {}
        try:
            self._client.put_item(
                TableName=self._table,
                Item=_KEY | encode_item({"entity": "overrides", **values}),
                ConditionExpression="version = :was" if was else "attribute_not_exists(pk)",
                **condition,  # type: ignore[arg-type]
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True
