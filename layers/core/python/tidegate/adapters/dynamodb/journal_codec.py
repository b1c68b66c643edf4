"""A journal entry as an item, under the account that it is about."""

from __future__ import annotations

from typing import Any

from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.domain.money import Money
from tidegate.domain.wallet import Movement, MovementKind


def sort_key(sequence: int) -> str:
    """Return an entry's sort key: entries sort as they happened."""
    return f"journal#{sequence:012d}"


def to_item(account_id: str, entry: Movement) -> Item:
    """Write an entry. It has no ``kind``: the index holds accounts only."""
    return encode_item(
        {
            "account_id": account_id,
            "item": sort_key(entry.sequence),
            "movement": entry.kind,
            "amount": entry.amount.micros,
            "reference": entry.reference,
            "at_ms": entry.at_ms,
            "balance": entry.balance.micros,
            "held": entry.held.micros,
            "record_until_s": entry.record_until_s,
        }
    )


def from_item(item: Item) -> Movement:
    """Read an entry."""
    values: dict[str, Any] = decode_item(item)
    return Movement(
        sequence=int(values["item"].partition("#")[2]),
        kind=MovementKind(values["movement"]),
        amount=Money(values["amount"]),
        reference=values["reference"],
        at_ms=values["at_ms"],
        balance=Money(values["balance"]),
        held=Money(values["held"]),
        record_until_s=values.get("record_until_s"),
    )
