"""The wallet's movements as DynamoDB updates: ``domain.wallet.Wallet`` in the table's own words.

Each returns one ``Update`` action for a transaction. The ``movement`` attribute tells the stream why the
balance changed: the journal is written from it (functions/pipeline/journal.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tidegate.adapters.dynamodb.codec import encode_item
from tidegate.domain.mode import Mode
from tidegate.domain.money import Money
from tidegate.domain.wallet import MovementKind, Payment

WALLET: Final = "wallet"  # the sort key of the wallet item
_SET: Final = {
    MovementKind.ADD: "balance = balance + :amount",
    MovementKind.RESERVE: "balance = balance - :amount, held = held + :amount, in_flight = in_flight + :one",
    MovementKind.CHARGE: "held = held - :amount, in_flight = in_flight - :one",
    MovementKind.REFUND: "held = held - :amount, balance = balance + :amount, in_flight = in_flight - :one",
}
_CONDITION: Final = {
    MovementKind.ADD: "attribute_exists(account_id)",
    MovementKind.RESERVE: "attribute_not_exists(suspended_at_ms)",
    MovementKind.CHARGE: "held >= :amount AND in_flight >= :one",
    MovementKind.REFUND: "held >= :amount AND in_flight >= :one",
}
_TRIAL: Final = {
    MovementKind.RESERVE: ", trials = trials - :one",
    MovementKind.REFUND: ", trials = trials + :one",
}
_PAYMENT_CONDITION: Final = {
    Payment.BALANCE: "balance >= :amount",
    Payment.TRIAL: "trials >= :one",
    Payment.BALANCE_AFTER_TRIALS: "balance >= :amount AND (attribute_not_exists(trials) OR trials < :one)",
}
# ``u1795773600``: how many records lapse at that second. A short name: the item is billed by its size.
_LAPSING: Final = "u"


def movement(
    table: str,
    account_id: str,
    kind: MovementKind,
    amount: Money,
    *,
    reference: str,
    now_ms: int,
    max_in_flight: int | None = None,
    mode: Mode | None = None,
    payment: Payment = Payment.BALANCE,
    record_until_s: int | None = None,
) -> dict[str, Any]:
    """Return the action that moves ``amount`` in the account's wallet, if the wallet allows it.

    With ``mode`` only a wallet of that mode does: play money and real money never meet (docs/adr/0040).
    A free trial moves no money (``amount`` is zero), and its journal entries say so: what moves is the trial.
    A reserve counts its generation; a settlement notes when the generation's record lapses (docs/adr/0051).
    """
    condition = _CONDITION[kind]
    if kind is MovementKind.RESERVE:
        condition += f" AND {_PAYMENT_CONDITION[payment]}"
    change = _SET[kind] + (_TRIAL.get(kind, "") if payment is Payment.TRIAL else "")
    counted = "generations" if kind is MovementKind.RESERVE else lapsing_name(record_until_s)
    cause = {"kind": kind, "amount": amount.micros, "reference": reference, "at_ms": now_ms}
    if record_until_s is not None:
        cause["record_until_s"] = record_until_s
    values: dict[str, object] = {":amount": amount.micros, ":one": 1, ":movement": cause}
    if max_in_flight is not None:
        condition += " AND in_flight < :max"
        values[":max"] = max_in_flight
    if mode is Mode.LIVE:
        condition += " AND attribute_not_exists(#mode)"
    elif mode is Mode.TEST:
        condition += " AND #mode = :mode"
        values[":mode"] = mode
    return {
        "Update": {
            "TableName": table,
            "Key": encode_item({"account_id": account_id, "item": WALLET}),
            "UpdateExpression": (
                f"SET {change}, #seq = #seq + :one, movement = :movement"
                + (f" ADD {counted} :one" if counted else "")
            ),
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#seq": "sequence"} | ({"#mode": "mode"} if mode else {}),
            "ExpressionAttributeValues": encode_item(values),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def lapsing_name(at_s: int | None) -> str | None:
    """Return the attribute that counts the records which lapse at this epoch second."""
    return f"{_LAPSING}{at_s}" if at_s is not None else None


def read_lapsing(values: Mapping[str, Any]) -> dict[int, int]:
    """Read those attributes of a wallet."""
    names = (name for name in values if name.startswith(_LAPSING) and name[1:].isdecimal())
    return {int(name[1:]): values[name] for name in names}


def write_off(table: str, account_id: str, lapsed: Mapping[int, int]) -> dict[str, Any]:
    """Return the action that counts these records no longer; it fails if that was done before."""
    names = {at_s: f"{_LAPSING}{at_s}" for at_s in lapsed}
    values = {":sum": sum(lapsed.values())} | {f":{names[at_s]}": number for at_s, number in lapsed.items()}
    return {
        "Update": {
            "TableName": table,
            "Key": encode_item({"account_id": account_id, "item": WALLET}),
            "UpdateExpression": f"SET generations = generations - :sum REMOVE {', '.join(names.values())}",
            "ConditionExpression": " AND ".join(f"{name} = :{name}" for name in names.values()),
            "ExpressionAttributeValues": encode_item(values),
        }
    }
