"""What generations would cost, and how many the balance covers."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given

from tidegate.domain.catalog import load_catalog
from tidegate.domain.estimate import Estimate
from tidegate.domain.money import Money

MODEL = load_catalog().models[0]
prices = st.integers(min_value=1_000, max_value=10**9).map(Money)
balances = st.integers(min_value=0, max_value=10**13).map(Money)


def _estimate(price: Money, count: int, balance: Money | None) -> Estimate:
    return Estimate(MODEL, {}, count, price, balance)


def test_the_total_is_the_price_of_all() -> None:
    assert _estimate(Money.of("0.005"), 5, None).total == Money.of("0.025")


def test_without_a_balance_nothing_is_said_about_it() -> None:
    estimate = _estimate(Money.of("0.005"), 5, None)
    assert estimate.can_afford is None
    assert estimate.max_affordable is None


@given(prices, balances)
def test_the_balance_covers_exactly_as_many_as_it_says(price: Money, balance: Money) -> None:
    most = _estimate(price, 1, balance).max_affordable
    assert most is not None
    assert _estimate(price, most, balance).can_afford
    assert not _estimate(price, most + 1, balance).can_afford
