"""A wallet recomputed from its journal: what is wrong is named, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tidegate.domain.money import ZERO, Money
from tidegate.domain.replay import Difference, Replay
from tidegate.domain.wallet import Movement, MovementKind, Wallet

ONE, TENTH = Money.of("1"), Money.of("0.1")


def _journal() -> list[Movement]:
    """A credit, two generations of which one fails, and another credit."""
    steps = [
        (MovementKind.ADD, ONE, "order:1"),
        (MovementKind.RESERVE, TENTH, "first"),
        (MovementKind.RESERVE, TENTH, "second"),
        (MovementKind.CHARGE, TENTH, "first"),
        (MovementKind.REFUND, TENTH, "second"),
        (MovementKind.ADD, ONE, "order:2"),
    ]
    wallet, journal = Wallet("account"), []
    for kind, amount, reference in steps:
        wallet = getattr(wallet, kind)(amount)
        journal.append(Movement(wallet.sequence, kind, amount, reference, 0, wallet.balance, wallet.held))
    return journal


def _replayed(journal: Sequence[Movement]) -> tuple[Replay, list[Difference]]:
    replay = Replay("account")
    return replay, [difference for entry in journal for difference in replay.take(entry)]


def _named(differences: Sequence[Difference]) -> list[tuple[str, str]]:
    return [(difference.code, difference.subject) for difference in differences]


def test_a_sound_journal_gives_the_wallet() -> None:
    replay, differences = _replayed(_journal())
    assert differences == []
    assert replay.is_whole
    wallet = replay.wallet
    assert (wallet.balance, wallet.held, wallet.in_flight, wallet.sequence) == (Money.of("1.9"), ZERO, 0, 6)
    assert list(replay.compare(wallet)) == []


@pytest.mark.parametrize("at", range(6))
@pytest.mark.parametrize("name", ["balance", "held"])
def test_a_changed_balance_is_told_at_its_own_entry_only(at: int, name: str) -> None:
    journal = _journal()
    wrong = replace(journal[at], **{name: getattr(journal[at], name) + Money(1)})
    replay, differences = _replayed([*journal[:at], wrong, *journal[at + 1 :]])
    assert _named(differences) == [("wrong_entry", f"journal#{at + 1}")]
    assert replay.wallet.balance == Money.of("1.9")


def test_a_changed_amount_is_told_at_its_own_entry_only() -> None:
    journal = _journal()
    journal[0] = replace(journal[0], amount=ONE * 2)
    replay, differences = _replayed(journal)
    assert _named(differences) == [("wrong_entry", "journal#1")]
    assert replay.wallet.balance == Money.of("1.9")


def test_a_movement_that_was_not_possible_is_told() -> None:
    journal = _journal()
    journal[1] = replace(journal[1], kind=MovementKind.REFUND)
    replay, differences = _replayed(journal)
    assert _named(differences)[0] == ("wrong_entry", "journal#2")
    assert "not possible" in differences[0].message
    assert not replay.is_whole


def test_a_charge_in_place_of_a_refund_is_told() -> None:
    journal = _journal()
    journal[4] = replace(journal[4], kind=MovementKind.CHARGE)
    assert _named(_replayed(journal)[1]) == [("wrong_entry", "journal#5")]


@pytest.mark.parametrize(
    ("missing", "message"),
    [({2}, "journal#2: not in the journal"), ({3, 4}, "journal#3 to journal#4: not in the journal")],
)
def test_missing_entries_are_told_as_one_gap(missing: set[int], message: str) -> None:
    replay, differences = _replayed([entry for entry in _journal() if entry.sequence not in missing])
    assert [difference.message for difference in differences] == [message]
    assert replay.wallet.balance == Money.of("1.9")
    in_flight = replace(replay.wallet, in_flight=7)
    assert list(replay.compare(in_flight)) == []  # cannot be known


def test_an_entry_at_the_end_may_be_missing_too() -> None:
    replay, _ = _replayed(_journal()[:4])
    assert replay.missing(6).message == "journal#5 to journal#6: not in the journal"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"balance": ONE}, "wrong_balance"),
        ({"held": TENTH}, "wrong_held"),
        ({"in_flight": 1}, "wrong_in_flight"),
    ],
)
def test_a_wallet_that_is_not_what_its_journal_gives_is_told(changes: dict[str, Money], code: str) -> None:
    replay, _ = _replayed(_journal())
    assert _named(list(replay.compare(replace(replay.wallet, **changes)))) == [(code, "wallet")]  # type: ignore[arg-type]
