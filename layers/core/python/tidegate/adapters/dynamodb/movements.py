"""The wallet's movements as DynamoDB updates: ``domain.wallet.Wallet`` in the table's own words.

Each returns one ``Update`` action for a transaction. The ``movement`` attribute tells the stream why the
balance changed: the journal is written from it (functions/pipeline/journal.py).
"""

from __future__ import annotations

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
_ADD: Final = {MovementKind.RESERVE: " ADD generations :one"}  # counted where it is accepted (docs/adr/0030)
_TRIAL: Final = {
    MovementKind.RESERVE: ", trials = trials - :one",
    MovementKind.REFUND: ", trials = trials + :one",
}
_PAYMENT_CONDITION: Final = {
    Payment.BALANCE: "balance >= :amount",
    Payment.TRIAL: "trials >= :one",
    Payment.BALANCE_AFTER_TRIALS: "balance >= :amount AND (attribute_not_exists(trials) OR trials < :one)",
}


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
) -> dict[str, Any]:
    """Return the action that moves ``amount`` in the account's wallet, if the wallet allows it.

    With ``mode`` only a wallet of that mode does: play money and real money never meet (docs/adr/0040).
    A free trial moves no money (``amount`` is zero), and its journal entries say so: what moves is the trial.
    """
    condition = _CONDITION[kind]
    if kind is MovementKind.RESERVE:
        condition += f" AND {_PAYMENT_CONDITION[payment]}"
    change = _SET[kind] + (_TRIAL.get(kind, "") if payment is Payment.TRIAL else "")
    values: dict[str, object] = {
        ":amount": amount.micros,
        ":one": 1,
        ":movement": {"kind": kind, "amount": amount.micros, "reference": reference, "at_ms": now_ms},
    }
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
                f"SET {change}, #seq = #seq + :one, movement = :movement{_ADD.get(kind, '')}"
            ),
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#seq": "sequence"} | ({"#mode": "mode"} if mode else {}),
            "ExpressionAttributeValues": encode_item(values),
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
