"""Count AWS calls and DynamoDB capacity as AWS bills them; the emulators do not.

Sizes and units: docs.aws.amazon.com/amazondynamodb/latest/developerguide, "Item sizes and formats" and
"Read/write capacity units": a write costs one unit per started KB, two in a transaction, also when its
condition fails; a strongly consistent read one per started 4 KB, half of it if eventually consistent, also
when there is no such item.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.exceptions import ClientError

_WRITES = {"PutItem", "UpdateItem", "DeleteItem"}
_BILLED_REFUSALS = {"ConditionalCheckFailedException", "TransactionCanceledException"}


@dataclass
class Meter:
    """What was called, and what it consumed."""

    calls: Counter[str] = field(default_factory=Counter)
    write_units: float = 0
    read_units: float = 0

    @property
    def total_calls(self) -> int:
        """All AWS calls."""
        return sum(self.calls.values())

    def __add__(self, other: Meter) -> Meter:
        return Meter(
            self.calls + other.calls,
            self.write_units + other.write_units,
            self.read_units + other.read_units,
        )


@contextmanager
def metering() -> Iterator[Meter]:
    """Meter every botocore call made inside."""
    meter = Meter()
    original: Callable[..., dict[str, Any]] = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001

    def metered(client: Any, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        def stored(table: str, key: Mapping[str, Any]) -> Mapping[str, Any]:
            return _read(original, client, table, key)

        service = client.meta.service_model.service_name
        meter.calls[f"{service}:{operation}"] += 1
        try:
            answer = original(client, operation, params)
        except ClientError as error:
            if error.response["Error"]["Code"] in _BILLED_REFUSALS:
                _consume(meter, operation, params, {}, stored)
            raise
        if service == "dynamodb":
            whole = {name: value for name, value in params.items() if name != "Select"}
            # A count answers no items, but is billed for all that it passes.
            read = answer if whole == params else original(client, operation, whole)
            _consume(meter, operation, params, read, stored)
        return answer

    with patch.object(BaseClient, "_make_api_call", metered):
        yield meter


def item_size(item: Mapping[str, Any]) -> int:
    """Bytes of an item: its attribute names and values."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(wire: Mapping[str, Any]) -> int:
    ((kind, value),) = wire.items()
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            return math.ceil(len(value.strip("-").replace(".", "")) / 2) + 1
        case "B":
            return len(value)
        case "M":
            return 3 + len(value) + item_size(value)
        case "L":
            return 3 + len(value) + sum(_value_size(entry) for entry in value)
        case _:
            return 1


def _consume(
    meter: Meter,
    operation: str,
    params: Mapping[str, Any],
    answer: Mapping[str, Any],
    stored: Callable[[str, Mapping[str, Any]], Mapping[str, Any]],
) -> None:
    if operation in _WRITES:
        item = params.get("Item") or stored(params["TableName"], params["Key"])
        meter.write_units += _units(item, 1024)
    elif operation == "TransactWriteItems":
        for action in params["TransactItems"]:
            ((_, write),) = action.items()
            item = write.get("Item") or stored(write["TableName"], write["Key"])
            meter.write_units += 2 * _units(item, 1024)
    elif operation == "GetItem":
        meter.read_units += _reads(answer.get("Item", {}), consistent=params.get("ConsistentRead", False))
    elif operation == "BatchGetItem":
        for table, asked in params["RequestItems"].items():
            items = answer["Responses"].get(table, [])
            absent: list[Mapping[str, Any]] = [{}] * (len(asked["Keys"]) - len(items))
            consistent = asked.get("ConsistentRead", False)
            meter.read_units += sum(_reads(item, consistent=consistent) for item in (*items, *absent))
    elif operation == "Query":
        size = sum(item_size(item) for item in answer["Items"])
        units = max(1, math.ceil(size / 4096))
        meter.read_units += units if params.get("ConsistentRead") else units / 2


def _units(item: Mapping[str, Any], step: int) -> int:
    return max(1, math.ceil(item_size(item) / step))


def _reads(item: Mapping[str, Any], *, consistent: bool) -> float:
    return _units(item, 4096) if consistent else _units(item, 4096) / 2


def _read(
    call: Callable[..., dict[str, Any]], client: Any, table: str, key: Mapping[str, Any]
) -> Mapping[str, Any]:
    answer = call(client, "GetItem", {"TableName": table, "Key": key, "ConsistentRead": True})
    item: Mapping[str, Any] = answer.get("Item", {})
    return item
