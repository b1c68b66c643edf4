"""When a delivery is tried, and what counts as success."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tidegate.domain.webhook_retries import (
    FAST_ATTEMPTS,
    JITTER,
    LIFETIME_MS,
    TAIL_S,
    RetryPlan,
    ends_the_run,
    is_success,
    retry_after_s,
    retry_plan_from,
    whole_seconds,
)
from tidegate.domain.webhooks import Delivery, DeliveryKey, EventType, iso

HOUR_MS = 3_600_000
PLAN = RetryPlan()
DELIVERY = Delivery(
    DeliveryKey("acc-1", 0, "d-1"), "end-1", "e-1", EventType.COMPLETED, '{"webhook_data":{}}'
)


def delays_ms(plan: RetryPlan, delivery: Delivery, chance: float = 0.0) -> list[int | None]:
    """The waits before the second attempt, the third, and so on."""
    made = range(1, plan.max_attempts + 1)
    return [plan.next_due_ms(replace(delivery, attempts=number), now_ms=0, chance=chance) for number in made]


def test_the_contracts_five_attempts_come_first_then_nine_more() -> None:
    assert delays_ms(PLAN, DELIVERY) == [500, 1_500, 3_000, 5_000, *(1_000 * wait for wait in TAIL_S), None]


def test_the_tail_grows_and_ends_within_75_hours() -> None:
    waits = [wait for wait in delays_ms(PLAN, DELIVERY) if wait is not None]
    assert waits == sorted(waits)
    assert 74 * HOUR_MS < sum(waits) < LIFETIME_MS == 75 * HOUR_MS
    assert sum(waits) + PLAN.max_attempts * PLAN.timeout_s * 1_000 < LIFETIME_MS


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_jitter_shortens_the_tail_and_leaves_the_fast_attempts_alone(chance: float) -> None:
    plain, spread = delays_ms(PLAN, DELIVERY), delays_ms(PLAN, DELIVERY, chance)
    assert spread[: FAST_ATTEMPTS - 1] == plain[: FAST_ATTEMPTS - 1]
    tail = slice(FAST_ATTEMPTS - 1, -1)
    assert spread[tail] == [round(wait * (1 - JITTER * chance)) for wait in plain[tail] if wait]


def test_a_test_has_no_tail() -> None:
    test = replace(DELIVERY, event_type=EventType.TEST, attempts=FAST_ATTEMPTS)
    assert PLAN.next_due_ms(test, now_ms=0) is None
    assert PLAN.next_due_ms(replace(test, attempts=1), now_ms=0) == 500


@pytest.mark.parametrize(
    ("attempts", "asked_s", "wait_ms"),
    [(1, None, 500), (1, 0, 500), (1, 30, 30_000), (1, 86_400, HOUR_MS), (9, 30, 36_000_000 // 2)],
)
def test_a_receiver_may_ask_for_more_patience_up_to_an_hour(
    attempts: int, asked_s: int | None, wait_ms: int
) -> None:
    tried = replace(DELIVERY, attempts=attempts)
    assert PLAN.next_due_ms(tried, now_ms=0, asked_s=asked_s) == wait_ms


def test_no_attempt_begins_75_hours_after_the_event() -> None:
    tried = replace(DELIVERY, attempts=1)
    assert PLAN.next_due_ms(tried, now_ms=LIFETIME_MS - 500) == LIFETIME_MS
    assert PLAN.next_due_ms(tried, now_ms=LIFETIME_MS - 499) is None


def test_the_times_can_be_given() -> None:
    assert retry_plan_from(None) == PLAN
    assert retry_plan_from("3:10:15,30") == RetryPlan(3.0, 10, (15, 30))
    assert retry_plan_from("3:10:15,30").max_attempts == 7


@pytest.mark.parametrize("text", ["", "3", "3:10", "3:10:", "3:10:0", "0:10:1", "3:-1:1", "a:b:c"])
def test_times_that_cannot_be_meant_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        retry_plan_from(text)


@pytest.mark.parametrize(
    ("number", "final", "counts"),
    [
        (1, False, False),
        (5, False, True),
        (5, True, True),
        (1, True, True),
        (6, False, False),
        (14, True, False),
    ],
)
def test_a_delivery_fails_once_by_its_fast_attempts_or_by_a_final_answer(
    number: int, *, final: bool, counts: bool
) -> None:
    assert ends_the_run(number, final=final) is counts


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0),
        ("120", 120),
        ("9" * 40, 3_600),
        ("-1", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("", None),
        ("Tue, 14 Nov 2023 22:15:20 GMT", 120),
        ("Tue, 14 Nov 2023 22:15:20 -0000", 120),
        ("Tue, 14 Nov 2023 21:00:00 GMT", 0),
        ("Fri, 14 Nov 2070 21:00:00 GMT", 3_600),
        ("Fri, 99 Nov 2070 21:00:00 GMT", None),
        ("Fri, 14 Nov 2070 21:00:00 +99999999999999", None),
        (f"Fri, {'9' * 30} Nov 2070 21:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: int | None) -> None:
    assert retry_after_s(value, 1_700_000_000_000) == seconds


@pytest.mark.parametrize(
    ("delay_ms", "seconds"), [(-1, 0), (0, 0), (1, 1), (500, 1), (1_500, 2), (3_000, 3), (5_000, 5)]
)
def test_the_queue_waits_whole_seconds_rounded_up(delay_ms: int, seconds: int) -> None:
    assert whole_seconds(delay_ms) == seconds


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_success(status: int) -> None:
    assert is_success(status)


@pytest.mark.parametrize("status", [100, 199, 300, 301, 302, 307, 400, 404, 410, 429, 500, 503])
def test_everything_else_is_a_failure_redirects_included(status: int) -> None:
    assert not is_success(status)


@pytest.mark.parametrize(
    ("at_ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_700_000_000_000, "2023-11-14T22:13:20.000Z"),
        (1_700_000_000_007, "2023-11-14T22:13:20.007Z"),
        (1_700_000_000_999, "2023-11-14T22:13:20.999Z"),
    ],
)
def test_times_are_written_in_utc_with_milliseconds(at_ms: int, text: str) -> None:
    assert iso(at_ms) == text
