"""`tidegate ledger`."""

from __future__ import annotations

import pytest

from tests.integration.cli.deployment import Operator
from tests.integration.cli.world import journal
from tidegate.runtime import Runtime


@pytest.fixture
def funded(operator: Operator, runtime: Runtime, account_id: str) -> str:
    """An account with a credit, whose journal is written."""
    operator.asks("wallet", "add", account_id, "10.00", "--reference", "invoice:1")
    journal(runtime, account_id)
    return account_id


def test_sound_books_are_reported_and_end_with_zero(operator: Operator, funded: str) -> None:
    assert operator.asks("ledger", "verify", funded) == {
        "accounts": 1,
        "movements": 1,
        "generations": 0,
        "lapsed_generations": 0,
        "test_accounts": 0,
        "test_movements": 0,
        "test_generations": 0,
        "test_lapsed_generations": 0,
        "differences": [],
    }


def test_every_account_is_verified_unless_one_is_named(operator: Operator, funded: str) -> None:
    operator.asks("account", "create", "Other")
    assert operator.asks("ledger", "verify")["accounts"] == 2


def test_what_differs_is_named_and_ends_with_one(operator: Operator, runtime: Runtime, funded: str) -> None:
    other = operator.asks("account", "create", "Other")["account_id"]
    runtime.dynamodb.update_item(
        TableName="wallets",
        Key={"account_id": {"S": funded}, "item": {"S": "wallet"}},
        UpdateExpression="SET balance = :more",
        ExpressionAttributeValues={":more": {"N": "11000000"}},
    )
    run = operator.types("ledger", "verify", "--json")
    assert run.exit_code == 1
    (difference,) = run.data["differences"]
    assert difference["account_id"] == funded != other
    assert (difference["code"], difference["subject"]) == ("wrong_balance", "wallet")
    shown = operator.types("ledger", "verify", funded)
    assert shown.exit_code == 1
    assert "balance is $11; the journal gives $10" in shown.stdout


def test_a_journal_that_does_not_come_is_a_gap_after_the_wait(operator: Operator, account_id: str) -> None:
    operator.asks("wallet", "add", account_id, "10.00", "--reference", "invoice:1")
    run = operator.types("ledger", "verify", account_id, "--wait", "0", "--json")
    assert run.exit_code == 1
    assert "missing_entry" in [difference["code"] for difference in run.data["differences"]]


def test_the_command_waits_for_the_journal(
    operator: Operator, runtime: Runtime, account_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.asks("wallet", "add", account_id, "10.00", "--reference", "invoice:1")
    monkeypatch.setattr("cli.ledger_commands.time.sleep", lambda _: journal(runtime, account_id))
    assert operator.asks("ledger", "verify", account_id)["differences"] == []


def test_an_unknown_account_cannot_be_verified(operator: Operator) -> None:
    assert operator.types("ledger", "verify", "nobody").exit_code == 1
