"""The wallets table: an account's item ``wallet``, its grants, and the journal of every movement."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tidegate.adapters.dynamodb import journal_codec, transaction
from tidegate.adapters.dynamodb.alerts import alerts_value
from tidegate.adapters.dynamodb.codec import Item, decode_item, encode_item
from tidegate.adapters.dynamodb.movements import WALLET, movement, read_lapsing, write_off
from tidegate.domain.account import Account
from tidegate.domain.alerts import DEFAULT_THRESHOLDS
from tidegate.domain.errors import AccountNotFound, InvalidInput
from tidegate.domain.mode import Mode
from tidegate.domain.money import Money
from tidegate.domain.wallet import Movement, MovementKind, Wallet

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient


class WalletTable:
    """Accounts and their money."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def create(self, account: Account) -> bool:
        """Store a new account with an empty wallet; False when there is one with this id."""
        item = {
            "account_id": account.account_id,
            "item": WALLET,
            "kind": "account",
            "name": account.name,
            "email": account.email,
            "plan": account.plan,
            "created_at_ms": account.created_at_ms,
            "balance": 0,
            "held": 0,
            "in_flight": 0,
            "sequence": 0,
            "generations": 0,
            "trials": account.wallet.trials,
            "alerts": alerts_value(DEFAULT_THRESHOLDS),
            "mode": account.mode.stored,
            "sandbox_of": account.sandbox_of,
        }
        return self._put_new(encode_item(item))

    def get(self, account_id: str) -> Account | None:
        """Read an account with its wallet as of now; None if there is none."""
        answer = self._client.get_item(
            TableName=self._table,
            Key=encode_item({"account_id": account_id, "item": WALLET}),
            ConsistentRead=True,
        )
        return _account(answer["Item"]) if "Item" in answer else None

    def account_ids(self) -> Iterator[str]:
        """Every account's id, from the index."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="accounts",
            KeyConditionExpression="kind = :kind",
            ExpressionAttributeValues=encode_item({":kind": "account"}),
        )
        return (item["account_id"]["S"] for page in pages for item in page["Items"])

    def grant(self, account_id: str, amount: Money, *, reference: str, now_ms: int) -> bool:
        """Add credits once per ``reference``; False when that reference was granted before.

        Raises:
            AccountNotFound: no such account.
            InvalidInput: that reference was granted before with another amount.
        """
        grant = {
            "account_id": account_id,
            "item": f"grant#{hashlib.sha256(reference.encode()).hexdigest()}",
            "reference": reference,
            "amount": amount.micros,
            "at_ms": now_ms,
        }
        put = {
            "Put": {
                "TableName": self._table,
                "Item": encode_item(grant),
                "ConditionExpression": "attribute_not_exists(account_id)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }
        add = movement(self._table, account_id, MovementKind.ADD, amount, reference=reference, now_ms=now_ms)
        try:
            transaction.write(self._client, [put, add])
        except transaction.ConditionsFailed as error:
            if error.failed[1]:
                raise AccountNotFound("There is no such account.", account_id=account_id) from error
            before = Money(error.items[0]["amount"])
            if before != amount:
                raise InvalidInput(
                    f"The reference {reference!r} was used for {before}: use another one.", field="reference"
                ) from error
            return False
        return True

    def set_plan(self, account_id: str, plan: str) -> None:
        """Put an account on another plan. Its keys carry the plan too: change them after this.

        Raises:
            AccountNotFound: no such account.
        """
        self._change(account_id, "SET #plan = :plan", {":plan": plan}, {"#plan": "plan"})

    def suspend(self, account_id: str, now_ms: int) -> None:
        """Refuse the account's submits from now on. What is in flight ends as it would have.

        Raises:
            AccountNotFound: no such account.
        """
        change = "SET suspended_at_ms = if_not_exists(suspended_at_ms, :now)"
        self._change(account_id, change, {":now": now_ms})

    def resume(self, account_id: str) -> None:
        """Take the account's submits again.

        Raises:
            AccountNotFound: no such account.
        """
        self._change(account_id, "REMOVE suspended_at_ms")

    def set_trials(self, account_id: str, trials: int) -> None:
        """Set how many free generations are left.

        Raises:
            AccountNotFound: no such account.
        """
        self._change(account_id, "SET trials = :trials", {":trials": trials})

    def _change(
        self,
        account_id: str,
        expression: str,
        values: Mapping[str, object] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        update: dict[str, Any] = {
            "TableName": self._table,
            "Key": encode_item({"account_id": account_id, "item": WALLET}),
            "UpdateExpression": expression,
            "ConditionExpression": "attribute_exists(account_id)",
        }
        if values:
            update["ExpressionAttributeValues"] = encode_item(values)
        if names:
            update["ExpressionAttributeNames"] = names
        try:
            transaction.write(self._client, [{"Update": update}])  # which waits out the account's own traffic
        except transaction.ConditionsFailed as error:
            raise AccountNotFound(f"There is no account {account_id}.", account_id=account_id) from error

    def write_off(self, account_id: str, lapsed: Mapping[int, int]) -> bool:
        """Count records no longer that have lapsed; False when that was done before.

        Raises:
            transaction.StillInConflict: try again later.
        """
        try:
            transaction.write(self._client, [write_off(self._table, account_id, lapsed)])
        except transaction.ConditionsFailed:
            return False
        return True

    def still_on(self, plan: str, account_id: str) -> Item:
        """Return the action that makes a transaction fail once the account is on another plan."""
        return {
            "ConditionCheck": {
                "TableName": self._table,
                "Key": encode_item({"account_id": account_id, "item": WALLET}),
                "ConditionExpression": "#plan = :plan",
                "ExpressionAttributeNames": {"#plan": "plan"},
                "ExpressionAttributeValues": encode_item({":plan": plan}),
            }
        }

    def write_journal(self, account_id: str, entry: Movement) -> None:
        """Write one journal entry; writing it again changes nothing."""
        self._put_new(journal_codec.to_item(account_id, entry))

    def journal(self, account_id: str, limit: int = 100) -> Iterable[Movement]:
        """The account's newest movements, newest first."""
        answer = self._client.query(
            TableName=self._table,
            KeyConditionExpression="account_id = :account AND begins_with(#item, :journal)",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues=encode_item({":account": account_id, ":journal": "journal#"}),
            ScanIndexForward=False,
            Limit=limit,
        )
        return [journal_codec.from_item(item) for item in answer["Items"]]

    def _put_new(self, item: Item) -> bool:
        try:
            self._client.put_item(
                TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(account_id)"
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True


def movement_of(image: Item) -> tuple[str, Movement] | None:
    """Read the movement that a wallet's stream image tells of; None for a wallet that never moved."""
    values: dict[str, Any] = decode_item(image)
    cause = values.get("movement")
    if values["item"] != WALLET or cause is None:
        return None
    return values["account_id"], Movement(
        sequence=values["sequence"],
        kind=MovementKind(cause["kind"]),
        amount=Money(cause["amount"]),
        reference=cause["reference"],
        at_ms=cause["at_ms"],
        balance=Money(values["balance"]),
        held=Money(values["held"]),
        record_until_s=cause.get("record_until_s"),
    )


def _account(item: Item) -> Account:
    values: dict[str, Any] = decode_item(item)
    wallet = Wallet(
        account_id=values["account_id"],
        balance=Money(values["balance"]),
        held=Money(values["held"]),
        in_flight=values["in_flight"],
        sequence=values["sequence"],
        generations=values.get("generations", 0),
        trials=values.get("trials", 0),
        lapsing=read_lapsing(values),
    )
    return Account(
        account_id=values["account_id"],
        name=values["name"],
        email=values.get("email"),
        plan=values["plan"],
        created_at_ms=values["created_at_ms"],
        wallet=wallet,
        mode=Mode(values.get("mode", Mode.LIVE)),
        sandbox_of=values.get("sandbox_of"),
        suspended_at_ms=values.get("suspended_at_ms"),
    )
