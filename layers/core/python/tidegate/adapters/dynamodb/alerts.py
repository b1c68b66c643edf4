"""Low-balance alerts, kept on the wallet item: they travel with every movement in the table's stream.

``alerts`` is a map from a threshold in micro-dollars to whether it is armed and since which movement, so
that each threshold is written on its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from tidegate.adapters.dynamodb import transaction
from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.adapters.dynamodb.movements import WALLET
from tidegate.domain.alerts import Alert
from tidegate.domain.errors import AccountNotFound, ServiceUnavailable
from tidegate.domain.money import Money

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_TRIES: Final = 5  # operators seldom meet at one account


class AlertTable:
    """The alerts of each account, in the wallets table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, account_id: str) -> tuple[Alert, ...]:
        """Read an account's alerts as of now, the highest threshold first.

        Raises:
            AccountNotFound: no such account.
        """
        answer = self._client.get_item(TableName=self._table, Key=_key(account_id), ConsistentRead=True)
        if "Item" not in answer:
            raise AccountNotFound(f"There is no account {account_id}.", account_id=account_id)
        return alerts_of(answer["Item"])

    def configure(self, account_id: str, thresholds: Sequence[Money]) -> tuple[Alert, ...]:
        """Keep exactly these thresholds; new ones are armed, the others stay as they are.

        Raises:
            AccountNotFound: no such account.
            ServiceUnavailable: others keep changing them.
        """
        for _ in range(_TRIES):
            kept = self.get(account_id)
            if self._replace(account_id, kept, thresholds):
                return self.get(account_id)
        raise ServiceUnavailable(
            "Somebody else keeps changing the thresholds. Nothing was changed; try again."
        )

    def record(self, account_id: str, alert: Alert) -> None:
        """Store a change of one alert, unless a later movement changed it or its threshold is gone."""
        values = {":alert": _value(alert), ":movement": alert.changed_at}
        name = {"#t0": str(alert.threshold.micros), "#at": "at"}
        self._write(account_id, "SET alerts.#t0 = :alert", "alerts.#t0.#at < :movement", name, values)

    def _replace(self, account_id: str, kept: Sequence[Alert], thresholds: Sequence[Money]) -> bool:
        """Replace exactly these thresholds; False when there are others by now."""
        wanted = [threshold.micros for threshold in thresholds]
        was = [alert.threshold.micros for alert in kept]
        names = {micros: f"#t{n}" for n, micros in enumerate(dict.fromkeys([*wanted, *was]))}
        sets = [f"alerts.{names[one]} = if_not_exists(alerts.{names[one]}, :armed)" for one in wanted]
        gone = [f"alerts.{names[one]}" for one in was if one not in wanted]
        clauses = [f"SET {', '.join(sets)}"] if sets else []
        clauses += [f"REMOVE {', '.join(gone)}"] if gone else []
        if not clauses:
            return True
        unchanged = ["size(alerts) = :size", *(f"attribute_exists(alerts.{names[one]})" for one in was)]
        values = {":size": len(was)} | ({":armed": _value(Alert(Money(0)))} if sets else {})
        named = {name: str(micros) for micros, name in names.items()}
        return self._write(account_id, " ".join(clauses), " AND ".join(unchanged), named, values)

    def _write(
        self,
        account_id: str,
        update: str,
        condition: str,
        names: Mapping[str, str],
        values: Mapping[str, object],
    ) -> bool:
        action: dict[str, Any] = {
            "TableName": self._table,
            "Key": _key(account_id),
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": dict(names),
            "ExpressionAttributeValues": encode_item(values),
        }
        try:
            transaction.write(self._client, [{"Update": action}])  # which waits out the account's own traffic
        except transaction.ConditionsFailed:
            return False
        return True


def alerts_of(image: Item) -> tuple[Alert, ...]:
    """Read the alerts of a wallet item, the highest threshold first."""
    stored: Mapping[str, Any] = decode_item(image).get("alerts", {})
    alerts = [Alert(Money(int(micros)), kept["armed"], kept["at"]) for micros, kept in stored.items()]
    return tuple(sorted(alerts, key=lambda alert: alert.threshold, reverse=True))


def alerts_value(thresholds: Sequence[Money]) -> dict[str, object]:
    """Write fresh alerts for a new wallet item."""
    return {str(threshold.micros): _value(Alert(threshold)) for threshold in thresholds}


def _value(alert: Alert) -> dict[str, object]:
    return {"armed": alert.armed, "at": alert.changed_at}


def _key(account_id: str) -> Item:
    return encode_item({"account_id": account_id, "item": WALLET})
