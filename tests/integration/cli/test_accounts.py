"""`tidegate account`."""

from __future__ import annotations

from datetime import datetime

from tests.integration.cli.deployment import Operator
from tidegate.runtime import Runtime


def test_a_new_account_is_stored_with_an_empty_wallet(operator: Operator, runtime: Runtime) -> None:
    shown = operator.asks("account", "create", "Acme", "--email", "ops@acme.example", "--plan", "pro")
    stored = runtime.wallets.get(shown["account_id"])
    assert stored is not None
    assert (stored.name, stored.email, stored.plan) == ("Acme", "ops@acme.example", "pro")
    assert (shown["balance"], shown["held"], shown["in_flight"]) == ("0.00", "0.00", 0)
    assert datetime.fromisoformat(shown["created_at"]).utcoffset() is not None


def test_an_unknown_plan_is_refused_and_the_plans_are_named(operator: Operator) -> None:
    run = operator.types("account", "create", "Acme", "--plan", "gold")
    assert run.exit_code == 1
    assert "enterprise" in run.stderr
    assert operator.asks("account", "list") == []


def test_an_account_without_a_name_is_refused(operator: Operator) -> None:
    assert operator.types("account", "create", " ").exit_code == 1


def test_show_answers_what_create_said(operator: Operator) -> None:
    created = operator.asks("account", "create", "Acme")
    assert operator.asks("account", "show", created["account_id"]) == created


def test_an_unknown_account_is_refused_by_name(operator: Operator) -> None:
    run = operator.types("account", "show", "nobody")
    assert run.exit_code == 1
    assert "no account nobody" in run.stderr
    assert run.stdout == ""


def test_a_plan_is_changed_for_the_account_and_its_keys(operator: Operator, account_id: str) -> None:
    operator.asks("key", "create", account_id, "--surface", "babysea", "--preset", "read_only")
    changed = operator.asks("account", "set-plan", account_id, "free")
    assert changed == {"account_id": account_id, "plan": "free", "keys_changed": 1}
    assert operator.asks("account", "set-plan", account_id, "free")["keys_changed"] == 0
    assert operator.asks("account", "show", account_id)["plan"] == "free"
    assert operator.types("account", "set-plan", account_id, "gold").exit_code == 1
    assert operator.types("account", "set-plan", "nobody", "free").exit_code == 1


def test_list_names_every_account_up_to_the_limit(operator: Operator) -> None:
    created = {operator.asks("account", "create", name)["account_id"] for name in ("One", "Two", "Three")}
    assert {entry["account_id"] for entry in operator.asks("account", "list")} == created
    assert len(operator.asks("account", "list", "--limit", "2")) == 2


def test_people_see_a_table_with_whole_ids(operator: Operator, account_id: str) -> None:
    run = operator.types("account", "list")
    assert run.exit_code == 0
    assert account_id in run.stdout
    assert "Acme" in run.stdout


def test_a_name_cannot_steer_the_terminal(operator: Operator) -> None:
    account = operator.asks("account", "create", "\x1b[2J[red]Eve[/red]")
    assert account["name"] == "\x1b[2J[red]Eve[/red]"
    shown = operator.types("account", "show", account["account_id"]).stdout
    assert "\x1b" not in shown
    assert "[red]Eve[/red]" in shown
