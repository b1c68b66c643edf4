"""The wallet's four movements."""

from __future__ import annotations

import pytest

from tidegate.domain.errors import ConcurrencyLimited, InsufficientCredits
from tidegate.domain.money import ZERO, Money
from tidegate.domain.wallet import Wallet

PRICE = Money.of("0.5")
FUNDED = Wallet("account").add(Money.of("1"))


def test_a_reserve_moves_money_from_balance_to_held() -> None:
    wallet = FUNDED.reserve(PRICE)
    assert (wallet.balance, wallet.held, wallet.in_flight) == (PRICE, PRICE, 1)


def test_a_charge_keeps_what_was_held() -> None:
    wallet = FUNDED.reserve(PRICE).charge(PRICE)
    assert (wallet.balance, wallet.held, wallet.in_flight) == (PRICE, ZERO, 0)


def test_a_refund_gives_back_what_was_held() -> None:
    wallet = FUNDED.reserve(PRICE).refund(PRICE)
    assert (wallet.balance, wallet.held, wallet.in_flight) == (Money.of("1"), ZERO, 0)


def test_nothing_can_be_reserved_beyond_the_balance() -> None:
    with pytest.raises(InsufficientCredits):
        FUNDED.reserve(PRICE).reserve(PRICE).reserve(Money(1))


def test_nothing_can_be_reserved_beyond_the_plans_generations_in_flight() -> None:
    with pytest.raises(ConcurrencyLimited):
        FUNDED.reserve(PRICE, max_in_flight=1).reserve(PRICE, max_in_flight=1)


def test_nothing_can_be_settled_that_is_not_held() -> None:
    with pytest.raises(ValueError, match="held"):
        FUNDED.charge(PRICE)
    with pytest.raises(ValueError, match="held"):
        FUNDED.refund(PRICE)


@pytest.mark.parametrize("amount", [ZERO, Money(-1)])
def test_a_grant_is_positive(amount: Money) -> None:
    with pytest.raises(ValueError, match="positive"):
        FUNDED.add(amount)


def test_only_what_is_accepted_counts_as_a_generation() -> None:
    wallet = FUNDED.reserve(PRICE).refund(PRICE).reserve(PRICE).charge(PRICE)
    assert wallet.generations == 2
    with pytest.raises(InsufficientCredits):
        wallet.reserve(Money.of("2"))


def test_every_movement_is_counted() -> None:
    assert FUNDED.reserve(PRICE).refund(PRICE).sequence == 3


def test_what_ended_is_listed_until_its_record_lapses() -> None:
    wallet = FUNDED.reserve(PRICE).charge(PRICE, 1_000).reserve(PRICE).refund(PRICE, 2_000).reserve(PRICE)
    assert [wallet.listed(at_ms) for at_ms in (0, 999_999, 1_000_000, 1_999_999, 2_000_000)] == [
        3,
        3,
        2,
        2,
        1,
    ]


def test_records_that_lapse_in_the_same_second_are_counted_together() -> None:
    wallet = FUNDED
    for _ in range(3):
        wallet = wallet.reserve(PRICE).refund(PRICE, 1_000)
    assert wallet.lapsing == {1_000: 3}
    assert wallet.listed(1_000_000) == 0


def test_writing_off_changes_nothing_that_anyone_sees() -> None:
    wallet = FUNDED.reserve(PRICE).refund(PRICE, 1_000).reserve(PRICE).refund(PRICE, 2_000)
    written = wallet.write_off(1_000_000)
    assert (written.generations, written.lapsing) == (1, {2_000: 1})
    assert [written.listed(ms) for ms in (1_000_000, 2_000_000)] == [
        wallet.listed(ms) for ms in (1_000_000, 2_000_000)
    ]
    assert (written.balance, written.held, written.sequence) == (wallet.balance, wallet.held, wallet.sequence)


def test_a_list_is_never_shorter_than_empty() -> None:
    wallet = Wallet("of an earlier release", lapsing={1_000: 1})
    assert wallet.listed(1_000_000) == 0
