"""Plain values to and from DynamoDB's wire form. Ints stay ints; floats are refused: money never is one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Item = dict[str, Any]  # DynamoDB's wire form: {"name": {"S": "…"}}


def encode(value: object) -> dict[str, Any]:
    """Write one value.

    Raises:
        TypeError: the type has no exact form here (floats; pass a Decimal or a scaled int).
    """
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": str(value)}
        case int() | Decimal():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case Mapping():
            return {"M": encode_item(value)}
        case list() | tuple():
            return {"L": [encode(entry) for entry in value]}
        case _:
            raise TypeError(f"{type(value).__name__} has no exact form in DynamoDB")


def encode_item(values: Mapping[str, object]) -> Item:
    """Write an item, leaving out what is None: an absent attribute costs nothing."""
    return {name: encode(value) for name, value in values.items() if value is not None}


def decode(wire: Mapping[str, Any]) -> Any:
    """Read one value. Whole numbers come back as int, others as Decimal."""
    ((kind, value),) = wire.items()
    match kind:
        case "N":
            number = Decimal(value)
            return int(number) if number == number.to_integral_value() else number
        case "M":
            return decode_item(value)
        case "L":
            return [decode(entry) for entry in value]
        case "NULL":
            return None
        case _:
            return value


def decode_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Read an item."""
    return {name: decode(value) for name, value in item.items()}
