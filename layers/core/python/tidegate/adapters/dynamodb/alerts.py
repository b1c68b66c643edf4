"""Low-balance alerts, kept on the wallet item: they travel with every movement in the table's stream.

``alerts`` is a map from a threshold in micro-dollars to whether it is armed and since which movement, so
that each threshold is written on its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tidegate.adapters.dynamodb import transaction
from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.adapters.dynamodb.movements import WALLET
from tidegate.domain.alerts import Alert
from tidegate.domain.errors import AccountNotFound
from tidegate.domain.money import Money

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


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
        """
        gone = [alert for alert in self.get(account_id) if alert.threshold not in thresholds]
        names = {f"#t{n}": str(threshold.micros) for n, threshold in enumerate(thresholds)}
        sets = [f"alerts.{name} = if_not_exists(alerts.{name}, :armed)" for name in names]
        removed = {f"#g{n}": str(alert.threshold.micros) for n, alert in enumerate(gone)}
        clauses = [f"SET {', '.join(sets)}"] if sets else []
        clauses += [f"REMOVE {', '.join(f'alerts.{name}' for name in removed)}"] if removed else []
        if clauses:
            values = {":armed": _value(Alert(Money(0)))} if sets else {}
            self._write(
                account_id, " ".join(clauses), "attribute_exists(account_id)", names | removed, values
            )
        return self.get(account_id)

    def record(self, account_id: str, alert: Alert) -> None:
        """Store a change of one alert, unless a later movement changed it or its threshold is gone."""
        values = {":alert": _value(alert), ":movement": alert.changed_at}
        name = {"#t0": str(alert.threshold.micros), "#at": "at"}
        self._write(account_id, "SET alerts.#t0 = :alert", "alerts.#t0.#at < :movement", name, values)

    def _write(
        self,
        account_id: str,
        update: str,
        condition: str,
        names: Mapping[str, str],
        values: Mapping[str, object],
    ) -> None:
        action: dict[str, Any] = {
            "TableName": self._table,
            "Key": _key(account_id),
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": dict(names),
        }
        if values:
            action["ExpressionAttributeValues"] = encode_item(values)
        try:
            transaction.write(self._client, [{"Update": action}])  # which waits out the account's own traffic
        except transaction.ConditionsFailed:
            return


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
