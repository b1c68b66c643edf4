"""Test accounts on the command line."""

from __future__ import annotations

import pytest

from tests.integration.cli.deployment import Operator
from tests.integration.cli.world import journal
from tidegate.runtime import Runtime

KEY = ("--surface", "babysea", "--preset", "full_access")


@pytest.fixture
def play_id(operator: Operator, account_id: str) -> str:
    """The account's test account, opened by its first key."""
    return str(operator.asks("key", "create", account_id, *KEY, "--test")["account_id"])


def test_the_first_test_key_opens_the_test_account(operator: Operator, account_id: str) -> None:
    assert operator.asks("account", "show", account_id)["test_account_id"] is None
    made = operator.asks("key", "create", account_id, *KEY, "--test")
    assert made["key"].startswith("bye_test_")
    assert (made["mode"], made["prefix"]) == ("test", made["key"][:14] + "…")
    again = operator.asks("key", "create", account_id, *KEY, "--test")
    assert again["account_id"] == made["account_id"] != account_id
    shown = operator.asks("account", "show", account_id)
    assert (shown["test_account_id"], shown["test_balance"]) == (made["account_id"], "10000.00")
    assert (shown["mode"], shown["balance"]) == ("live", "0.00")
    assert [key["mode"] for key in operator.asks("key", "list", made["account_id"])] == ["test", "test"]
    assert operator.asks("key", "list", account_id) == []


def test_the_test_account_is_named_to_who_asked(operator: Operator, account_id: str) -> None:
    run = operator.types("key", "create", account_id, *KEY, "--test")
    assert operator.asks("account", "show", account_id)["test_account_id"] in run.stderr


def test_the_test_account_is_worked_on_like_any_other(
    operator: Operator, account_id: str, play_id: str
) -> None:
    shown = operator.asks("account", "show", play_id)
    assert (shown["mode"], shown["sandbox_of"], shown["test_account_id"]) == ("test", account_id, None)
    assert operator.asks("wallet", "add", play_id, "5.00", "--reference", "more")["balance"] == "10005.00"
    assert operator.asks("account", "show", account_id)["balance"] == "0.00"
    assert operator.asks("key", "create", play_id, *KEY)["mode"] == "test"
    listed = {entry["account_id"]: entry["mode"] for entry in operator.asks("account", "list")}
    assert listed == {account_id: "live", play_id: "test"}


def test_test_webhooks_are_the_test_accounts_own(operator: Operator, account_id: str, play_id: str) -> None:
    added = operator.asks("webhook", "add", account_id, "https://hooks.example.com/test", "--test")
    assert added["account_id"] == play_id
    assert operator.asks("webhook", "list", account_id) == []


def test_an_unknown_account_has_no_test_account(operator: Operator) -> None:
    assert operator.types("key", "create", "nobody", *KEY, "--test").exit_code == 1
    assert operator.types("webhook", "add", "nobody", "https://hooks.example.com/", "--test").exit_code == 1


def test_a_surface_without_test_mode_is_refused(operator: Operator, account_id: str) -> None:
    run = operator.types(
        "key", "create", account_id, "--surface", "banatie", "--preset", "full_access", "--test"
    )
    assert run.exit_code == 2
    assert "test keys are of babysea only" in run.stderr
    assert operator.asks("account", "show", account_id)["test_account_id"] is None


def test_the_ledger_counts_test_accounts_apart(
    operator: Operator, runtime: Runtime, account_id: str, play_id: str
) -> None:
    operator.asks("wallet", "add", account_id, "10.00", "--reference", "invoice:1")
    journal(runtime, account_id)
    journal(runtime, play_id)
    assert operator.asks("ledger", "verify") == {
        "accounts": 1,
        "movements": 1,
        "generations": 0,
        "lapsed_generations": 0,
        "test_accounts": 1,
        "test_movements": 1,
        "test_generations": 0,
        "test_lapsed_generations": 0,
        "differences": [],
    }
