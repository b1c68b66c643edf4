"""How long things may take."""

from __future__ import annotations

import pytest

from tidegate.domain.attempt import FailureClass
from tidegate.domain.budget import DEFAULT_BUDGETS, budgets_from, orphan_check_s, retry_delay_s
from tidegate.domain.generation import MediaType


def test_polls_slow_down_and_then_keep_their_pace() -> None:
    budget = DEFAULT_BUDGETS[MediaType.IMAGE]
    assert [budget.poll_delay_s(polls) for polls in range(6)] == [1, 2, 3, 5, 5, 5]


def test_a_budget_can_be_overridden_by_configuration() -> None:
    budgets = budgets_from({"IMAGE": "20:90", "VIDEO": None})
    assert (budgets[MediaType.IMAGE].attempt_s, budgets[MediaType.IMAGE].hold_s) == (20, 90)
    assert budgets[MediaType.VIDEO] == DEFAULT_BUDGETS[MediaType.VIDEO]


@pytest.mark.parametrize("text", ["90:20", "0:10", "10", "a:b"])
def test_a_senseless_budget_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"budget|unpack|invalid"):
        budgets_from({"IMAGE": text})


def test_a_refusal_that_asks_for_patience_is_tried_once_more() -> None:
    assert retry_delay_s(FailureClass.RETRY, 0, 7) == 7
    assert retry_delay_s(FailureClass.RETRY, 0, None) == 1
    assert retry_delay_s(FailureClass.RETRY, 1, None) is None


@pytest.mark.parametrize(
    "failure_class", [FailureClass.FAIL, FailureClass.FAIL_OVER, FailureClass.OUT_OF_FUNDS]
)
def test_other_refusals_are_never_tried_again_at_the_same_provider(failure_class: FailureClass) -> None:
    assert retry_delay_s(failure_class, 0, 1) is None


@pytest.mark.parametrize(("elapsed_s", "wait_s"), [(0, 10), (100, 25), (10_000, 120)])
def test_orphans_are_looked_for_ever_more_seldom(elapsed_s: int, wait_s: int) -> None:
    assert orphan_check_s(elapsed_s) == wait_s
