"""Money is exact."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tidegate.domain.money import ZERO, Money


def test_a_decimal_text_becomes_whole_micro_dollars() -> None:
    assert Money.of("0.005") == Money(5_000)
    assert Money.of(Decimal("9999999.999")) == Money(9_999_999_999_000)


@pytest.mark.parametrize(
    "text",
    ["0.0000001", "10.0000000000000000000000000000001", "abc", "NaN", "Infinity", "", "1e999999", "1e30"],
)
def test_what_is_not_an_exact_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"micro-dollar|not an amount"):
        Money.of(text)


@pytest.mark.parametrize("micros", [1.0, True, Decimal(1), "1"])
def test_only_a_true_integer_is_money(micros: object) -> None:
    with pytest.raises(TypeError, match="whole micro-dollars"):
        Money(micros)  # type: ignore[arg-type]


def test_arithmetic_stays_money() -> None:
    price = Money.of("0.052")
    assert price * 2 + Money(1) - price == Money(52_001)
    assert Money.of("12.480") // price == 240
    assert price > ZERO


@pytest.mark.parametrize(
    ("amount", "shown"), [("10", "$10"), ("0.005", "$0.005"), ("0", "$0"), ("-1.5", "$-1.5"), ("100", "$100")]
)
def test_it_is_shown_in_dollars_without_an_exponent(amount: str, shown: str) -> None:
    assert str(Money.of(amount)) == shown


@pytest.mark.parametrize(("amount", "credits_"), [("0.0005", "0.001"), ("0.00049", "0"), ("0.0525", "0.053")])
def test_credits_are_rounded_half_up_to_three_decimals(amount: str, credits_: str) -> None:
    assert Money.of(amount).rounded_to_credits() == Money.of(credits_)
