"""What a change of an attempt means for the counters."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from tidegate.domain.attempt import Attempt, AttemptStatus, Failure, FailureClass, FailureCode
from tidegate.domain.health import Verdict
from tidegate.domain.mode import Mode
from tidegate.domain.money import Money
from tidegate.domain.tally import Change, informs_routing, is_wasted, usage_of, used_after_ms, verdict_of

START_MS, END_MS = 1_763_000_000_000, 1_763_000_004_000
BEGUN = Attempt(
    account_id="account",
    generation_id="generation",
    number=1,
    provider="replicate",
    status=AttemptStatus.SUBMITTING,
    callback_token="token",
    cost=Money(3_000),
    started_at_ms=START_MS,
    deadline_ms=0,
    lease_until_ms=0,
    model="bfl/flux-schnell",
)
SUBMITTED = replace(BEGUN, status=AttemptStatus.SUBMITTED)
ORPHANED = replace(BEGUN, status=AttemptStatus.ORPHANED)


def ended(
    status: AttemptStatus, failure_class: FailureClass | None = None, old: Attempt = SUBMITTED
) -> Change:
    failure = Failure(failure_class, FailureCode.ERROR, "failed") if failure_class else None
    return Change(old, replace(old, status=status, failure=failure), END_MS)


USED = ended(AttemptStatus.USED)
FAILED_OVER = ended(AttemptStatus.FAILED, FailureClass.FAIL_OVER)
REFUSED_INPUT = ended(AttemptStatus.FAILED, FailureClass.FAIL)
GIVEN_UP = Change(SUBMITTED, ORPHANED, END_MS)


def test_an_attempt_that_begins_is_a_submission_at_its_cost() -> None:
    change = Change(None, BEGUN, START_MS)
    assert dict(usage_of(change)) == {"submissions": 1, "cost": 3_000}
    assert (verdict_of(change), is_wasted(change), used_after_ms(change)) == (None, False, None)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (USED, {"used": 1}),
        (FAILED_OVER, {"failed": 1, "wasted": 3_000}),
        (ended(AttemptStatus.CANCELED), {"cancelled": 1, "wasted": 3_000}),
        (ended(AttemptStatus.DISCARDED, old=ORPHANED), {"discarded": 1, "wasted": 3_000}),
        (GIVEN_UP, {}),
        (ended(AttemptStatus.USED, old=ORPHANED), {"used": 1}),
    ],
)
def test_an_end_is_counted_and_what_was_not_used_is_wasted(change: Change, expected: dict[str, int]) -> None:
    assert dict(usage_of(change)) == expected


def test_a_second_end_moves_from_counter_to_counter() -> None:
    total: Counter[str] = Counter()
    for change in (
        Change(None, BEGUN, START_MS),
        FAILED_OVER,
        Change(FAILED_OVER.new, replace(FAILED_OVER.new, status=AttemptStatus.USED), END_MS + 1),
    ):
        total.update(dict(usage_of(change)))
    assert +total == {"submissions": 1, "cost": 3_000, "used": 1}
    back = Change(USED.new, replace(USED.new, status=AttemptStatus.DISCARDED), END_MS)
    assert dict(usage_of(back)) == {"used": -1, "discarded": 1, "wasted": 3_000}


@pytest.mark.parametrize(
    "change", [FAILED_OVER, ended(AttemptStatus.FAILED, FailureClass.OUT_OF_FUNDS), GIVEN_UP]
)
def test_a_failure_of_the_provider_counts_against_it(change: Change) -> None:
    assert verdict_of(change) == Verdict(START_MS, END_MS, succeeded=False)


def test_a_success_counts_for_it() -> None:
    assert verdict_of(USED) == Verdict(START_MS, END_MS, succeeded=True)
    assert used_after_ms(USED) == 4_000


@pytest.mark.parametrize(
    "change",
    [
        REFUSED_INPUT,
        ended(AttemptStatus.CANCELED),
        ended(AttemptStatus.FAILED),
        ended(AttemptStatus.FAILED, FailureClass.FAIL_OVER, old=ORPHANED),
        ended(AttemptStatus.USED, old=ORPHANED),
    ],
)
def test_callers_faults_and_what_was_judged_before_are_no_verdict(change: Change) -> None:
    assert verdict_of(change) is None


def test_routing_learns_the_end_of_an_attempt_once_and_only_of_the_providers_own_doing() -> None:
    wasted = [FAILED_OVER, ended(AttemptStatus.DISCARDED), ended(AttemptStatus.DISCARDED, old=ORPHANED)]
    assert all(is_wasted(change) for change in wasted)
    assert used_after_ms(ended(AttemptStatus.USED, old=ORPHANED)) == 4_000
    nothing = [REFUSED_INPUT, ended(AttemptStatus.CANCELED), GIVEN_UP]
    nothing.append(Change(FAILED_OVER.new, replace(FAILED_OVER.new, status=AttemptStatus.DISCARDED), END_MS))
    assert not any(is_wasted(change) for change in nothing)
    assert used_after_ms(replace(USED, at_ms=START_MS - 5)) == 0


def test_an_attempt_in_test_mode_teaches_nothing() -> None:
    tested = ended(AttemptStatus.USED, old=replace(SUBMITTED, mode=Mode.TEST))
    assert not informs_routing(tested.new)
    assert (verdict_of(tested), used_after_ms(tested)) == (None, None)


def test_an_attempt_whose_model_is_not_known_teaches_nothing() -> None:
    unknown = ended(AttemptStatus.USED, old=replace(SUBMITTED, model=""))
    assert not informs_routing(unknown.new)
    assert (verdict_of(unknown), used_after_ms(unknown), is_wasted(unknown)) == (None, None, False)
    assert dict(usage_of(unknown)) == {"used": 1}
