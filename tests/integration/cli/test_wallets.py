"""`tidegate wallet`."""

from __future__ import annotations

import pytest

from tests.integration.cli.deployment import Operator
from tidegate.domain.money import ZERO, Money
from tidegate.domain.wallet import Movement, MovementKind
from tidegate.runtime import Runtime


def _balance(runtime: Runtime, account_id: str) -> Money:
    account = runtime.wallets.get(account_id)
    assert account is not None
    return account.wallet.balance


def test_credits_are_added_to_the_balance(operator: Operator, runtime: Runtime, account_id: str) -> None:
    shown = operator.asks("wallet", "add", account_id, "10.00", "--reference", "invoice:123")
    assert (shown["added"], shown["balance"], shown["already_granted"]) == ("10.00", "10.00", False)
    assert _balance(runtime, account_id) == Money.of("10")


def test_the_same_reference_adds_once(operator: Operator, runtime: Runtime, account_id: str) -> None:
    operator.asks("wallet", "add", account_id, "10.00", "--reference", "invoice:123")
    run = operator.types("wallet", "add", account_id, "10.00", "--reference", "invoice:123", "--json")
    assert run.exit_code == 0
    assert (run.data["added"], run.data["balance"], run.data["already_granted"]) == ("0.00", "10.00", True)
    assert "Nothing was added" in run.stderr
    assert _balance(runtime, account_id) == Money.of("10")


def test_another_reference_adds_again_to_the_micro_dollar(
    operator: Operator, runtime: Runtime, account_id: str
) -> None:
    operator.asks("wallet", "add", account_id, "10", "--reference", "invoice:123")
    shown = operator.asks("wallet", "add", account_id, "0.000001", "--reference", "invoice:124")
    assert shown["balance"] == "10.000001"
    assert _balance(runtime, account_id) == Money(10_000_001)


@pytest.mark.parametrize(
    "amount", ["0.0000001", "-5", "-0.01", "ten", "1e3", "NaN", "Infinity", "1,000", "", "1" * 30]
)
def test_an_amount_that_is_no_exact_sum_is_wrong_usage(
    operator: Operator, runtime: Runtime, account_id: str, amount: str
) -> None:
    run = operator.types("wallet", "add", account_id, amount, "--reference", "invoice:123")
    assert run.exit_code == 2
    assert _balance(runtime, account_id) == ZERO


def test_a_grant_of_nothing_is_refused(operator: Operator, runtime: Runtime, account_id: str) -> None:
    run = operator.types("wallet", "add", account_id, "0.00", "--reference", "invoice:123")
    assert run.exit_code == 1
    assert "positive" in run.stderr


def test_a_grant_needs_a_reference(operator: Operator, account_id: str) -> None:
    assert operator.types("wallet", "add", account_id, "10.00").exit_code == 2
    assert operator.types("wallet", "add", account_id, "10.00", "--reference", " ").exit_code == 1


@pytest.mark.parametrize("words", [("add", "nobody", "10.00", "--reference", "x"), ("show", "nobody")])
def test_an_unknown_account_has_no_wallet(operator: Operator, words: tuple[str, ...]) -> None:
    run = operator.types("wallet", *words, "--json")
    assert run.exit_code == 1
    assert '"code": "account_not_found"' in run.stderr
    assert run.stdout == ""


def test_show_lists_the_newest_movements_first(operator: Operator, runtime: Runtime, account_id: str) -> None:
    for sequence in (1, 2, 3):
        runtime.wallets.write_journal(account_id, _movement(sequence))
    shown = operator.asks("wallet", "show", account_id, "--limit", "2")
    assert [entry["sequence"] for entry in shown["movements"]] == [3, 2]
    assert shown["movements"][0]["amount"] == "2.50"
    assert shown["movements"][0]["reference"] == "invoice:3"


def test_people_see_exact_dollars(operator: Operator, runtime: Runtime, account_id: str) -> None:
    operator.asks("wallet", "add", account_id, "12.3456", "--reference", "invoice:123")
    runtime.wallets.write_journal(account_id, _movement(1))
    run = operator.types("wallet", "show", account_id)
    assert run.exit_code == 0
    assert "$12.3456" in run.stdout
    assert "invoice:1" in run.stdout


def test_low_balance_alerts_are_shown_set_and_lifted(operator: Operator, account_id: str) -> None:
    words = ("wallet", "alerts", account_id)
    assert operator.asks(*words) == [{"threshold": "0.50", "armed": True}]
    set_ = operator.asks(*words, "--threshold", "0.25", "--threshold", "5")
    assert [alert["threshold"] for alert in set_] == ["5.00", "0.25"]
    assert operator.asks(*words) == set_
    assert operator.asks(*words, "--none") == []


@pytest.mark.parametrize(
    ("words", "exit_code", "reason"),
    [
        (("--threshold", "0"), 1, "positive"),
        (("--threshold", "ten"), 2, "ten"),
        (("--threshold", "1", "--none"), 2, "--none"),
        (tuple(word for n in range(1, 12) for word in ("--threshold", str(n))), 1, "10"),
    ],
)
def test_an_alert_that_cannot_be_meant_is_not_set(
    operator: Operator,
    account_id: str,
    *,
    words: tuple[str, ...],
    exit_code: int,
    reason: str,
) -> None:
    run = operator.types("wallet", "alerts", account_id, *words)
    assert run.exit_code == exit_code
    assert reason in run.stderr
    assert operator.asks("wallet", "alerts", account_id) == [{"threshold": "0.50", "armed": True}]


def test_an_unknown_account_has_no_alerts(operator: Operator) -> None:
    assert operator.types("wallet", "alerts", "nobody").exit_code == 1
    assert operator.types("wallet", "alerts", "nobody", "--none").exit_code == 1


def _movement(sequence: int) -> Movement:
    return Movement(
        sequence=sequence,
        kind=MovementKind.ADD,
        amount=Money.of("2.50"),
        reference=f"invoice:{sequence}",
        at_ms=1_763_000_000_000 + sequence,
        balance=Money.of("2.50") * sequence,
        held=ZERO,
    )
