"""Low-balance alerts: each threshold fires once, and again only after it was re-armed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tidegate.domain.alerts import DEFAULT_THRESHOLDS, Alert, read_thresholds
from tidegate.domain.errors import InvalidInput
from tidegate.domain.money import ZERO, Money
from tidegate.domain.wallet import Movement, MovementKind

ADD, RESERVE, CHARGE, REFUND = (
    MovementKind.ADD,
    MovementKind.RESERVE,
    MovementKind.CHARGE,
    MovementKind.REFUND,
)
HALF = Money.of("0.5")


def _movements(*steps: tuple[MovementKind, str]) -> list[Movement]:
    """Movements numbered from 1, each with the balance after it."""
    return [
        Movement(number, kind, Money(1), "reference", 0, Money.of(balance), ZERO)
        for number, (kind, balance) in enumerate(steps, start=1)
    ]


def _fired(movements: Sequence[Movement], alert: Alert | None = None) -> list[int]:
    """The sequences at which the alert fires."""
    alert, fired = alert or Alert(HALF), []
    for movement in movements:
        after = alert.after(movement)
        if alert.armed and not after.armed:
            fired.append(movement.sequence)
        alert = after
    return fired


def test_the_default_is_half_a_credit() -> None:
    assert list(DEFAULT_THRESHOLDS) == [Money(500_000)]


def test_an_alert_fires_once_while_the_balance_stays_below() -> None:
    assert _fired(_movements((ADD, "1"), (RESERVE, "0.4"), (CHARGE, "0.4"), (RESERVE, "0.3"))) == [2]


def test_the_threshold_itself_is_not_below_it() -> None:
    assert _fired(_movements((RESERVE, "0.5"), (RESERVE, "0.499999"))) == [2]


@pytest.mark.parametrize("kind", [ADD, REFUND])
def test_a_credit_or_a_refund_up_to_the_threshold_re_arms_it(kind: MovementKind) -> None:
    assert _fired(_movements((RESERVE, "0.4"), (kind, "0.5"), (RESERVE, "0.4"))) == [1, 3]


def test_a_credit_below_the_threshold_does_not_re_arm_it() -> None:
    assert _fired(_movements((RESERVE, "0.3"), (ADD, "0.499"), (RESERVE, "0.3"))) == [1]


def test_an_account_that_never_was_above_is_told_at_its_first_reserve() -> None:
    assert _fired(_movements((ADD, "0.3"), (RESERVE, "0.2"), (RESERVE, "0.1"))) == [2]


def test_only_a_reserve_fires() -> None:
    assert _fired(_movements((ADD, "0.3"), (CHARGE, "0.3"), (REFUND, "0.4"))) == []


def test_a_movement_that_is_told_again_changes_nothing() -> None:
    first, second, third = _movements((RESERVE, "0.4"), (ADD, "1"), (RESERVE, "0.4"))
    assert _fired([first, first, second, first, second, third, third, second]) == [1, 3]


@pytest.mark.parametrize(
    ("alert", "before", "kind", "balance", "looked_at"),
    [
        (Alert(HALF), "1", RESERVE, "0.4", True),
        (Alert(HALF, armed=False), "1", RESERVE, "0.4", True),  # what travelled with it may be old
        (Alert(HALF), "0.4", RESERVE, "0.3", True),  # never was above
        (Alert(HALF, armed=False), "0.4", RESERVE, "0.3", False),
        (Alert(HALF), "2", RESERVE, "1", False),
        (Alert(HALF), "0.4", CHARGE, "0.4", False),
        (Alert(HALF), "0.4", ADD, "0.5", True),  # what travelled with it may be old
        (Alert(HALF, armed=False), "0.4", REFUND, "0.5", True),
        (Alert(HALF, armed=False), "1", REFUND, "2", True),  # its re-arming was missed
        (Alert(HALF), "1", ADD, "2", False),
        (Alert(HALF, armed=False), "0.3", ADD, "0.4", False),
    ],
)
def test_the_store_is_asked_only_when_something_may_change(
    alert: Alert,
    before: str,
    kind: MovementKind,
    balance: str,
    looked_at: bool,  # noqa: FBT001
) -> None:
    (movement,) = _movements((kind, balance))
    assert alert.might_change(Money.of(before), movement) is looked_at


def test_thresholds_are_sorted_and_repeated_ones_count_once() -> None:
    assert read_thresholds([HALF, Money.of("5"), HALF]) == (Money.of("5"), HALF)
    assert read_thresholds([]) == ()


def test_there_are_ten_thresholds_at_most_and_each_is_positive() -> None:
    assert len(read_thresholds([Money(n) for n in range(1, 11)])) == 10
    with pytest.raises(InvalidInput, match="10"):
        read_thresholds([Money(n) for n in range(1, 12)])
    with pytest.raises(InvalidInput, match="positive"):
        read_thresholds([ZERO])
