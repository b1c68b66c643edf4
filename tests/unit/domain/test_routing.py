"""``fastest``: weighing, scoring, ranking, exploring."""

from __future__ import annotations

import pytest

from tidegate.domain.routing import (
    EXPLORED,
    HALF_LIFE_S,
    MAX_AGE_S,
    PERIOD_S,
    PERIODS,
    Ranking,
    Record,
    Tally,
    bucket_end_ms,
    bucket_of,
    explore,
    period_of,
    rank,
    reshuffle,
    scores,
    weigh,
)

NOW_MS = 1_763_000_000_000
NOW = period_of(NOW_MS)
GOOD = Record(used=100, wasted=0, p95_ms=2_000, cost_micros=3_000)


def ranking(**records: Record) -> Ranking:
    return Ranking(NOW_MS, records)


def test_a_latency_lies_in_the_bucket_that_ends_at_or_after_it() -> None:
    assert bucket_of(0) == bucket_of(100) == 0
    for latency_ms in (101, 250, 2_345, 61_000, 240_000):
        bucket = bucket_of(latency_ms)
        assert bucket_end_ms(bucket - 1) <= latency_ms <= bucket_end_ms(bucket)
    assert bucket_of(10**9) == bucket_of(10**8)


def test_an_attempt_counts_half_after_the_half_life_and_not_at_all_after_the_window() -> None:
    old = NOW - HALF_LIFE_S // PERIOD_S
    record = weigh({NOW: Tally(used=4, wasted=2), old: Tally(used=4), NOW - PERIODS: Tally(used=99)}, NOW_MS)
    assert (record.used, record.wasted) == (6, 2)
    assert record.samples == 8
    assert record.success_rate == 0.75


def test_a_clock_ahead_does_not_weigh_more_than_one() -> None:
    assert weigh({NOW + 1: Tally(used=2)}, NOW_MS).used == 2


def test_the_95th_percentile_is_the_end_of_its_bucket() -> None:
    record = weigh({NOW: Tally(used=100, cost_micros=300, latencies={10: 95, 20: 5})}, NOW_MS)
    assert record.p95_ms == bucket_end_ms(10)
    assert weigh({NOW: Tally(used=100, latencies={10: 90, 20: 10})}, NOW_MS).p95_ms == bucket_end_ms(20)
    assert record.cost_micros == 3


def test_nothing_used_has_neither_latency_nor_cost() -> None:
    record = weigh({NOW: Tally(wasted=3)}, NOW_MS)
    assert (record.p95_ms, record.cost_micros, record.success_rate) == (None, None, 0)
    assert Record(0, 0, None, None).success_rate == 0


def test_the_score_is_success_less_waste_less_latency() -> None:
    half = Record(used=50, wasted=50, p95_ms=1_000, cost_micros=1)
    never = Record(used=0, wasted=10, p95_ms=None, cost_micros=None)
    found = scores({"good": GOOD, "half": half, "never": never, "new": Record(0.5, 0, 1, 1)})
    assert found == pytest.approx({"good": 1 - 0.3, "half": 0.5 - 0.25 - 0.15, "never": -0.5 - 0.3})


def test_the_best_score_goes_first_and_what_has_none_last() -> None:
    slow = Record(used=100, wasted=0, p95_ms=20_000, cost_micros=1)
    bad = Record(used=30, wasted=70, p95_ms=2_000, cost_micros=1)
    known = ranking(good=GOOD, slow=slow, bad=bad)
    assert rank(["new", "bad", "slow", "good"], known, NOW_MS) == ("good", "slow", "bad", "new")


def test_equals_go_by_cost_then_latency_then_name() -> None:
    cheap = Record(used=100, wasted=0, p95_ms=2_010, cost_micros=1_000)
    quick = Record(used=100, wasted=0, p95_ms=1_990, cost_micros=3_000)
    known = ranking(b=GOOD, a=GOOD, cheap=cheap, quick=quick)
    assert rank(["b", "a", "quick", "cheap"], known, NOW_MS) == ("cheap", "quick", "a", "b")


@pytest.mark.parametrize(
    "known",
    [
        None,
        Ranking(NOW_MS, {"b": Record(used=19, wasted=0, p95_ms=1, cost_micros=1)}),
        Ranking(NOW_MS - MAX_AGE_S * 1000 - 1, {"b": GOOD}),
    ],
)
def test_too_little_or_too_old_statistics_leave_the_order_as_it_is(known: Ranking | None) -> None:
    assert rank(["a", "b"], known, NOW_MS) == ("a", "b")


def test_a_provider_outside_the_order_is_left_out() -> None:
    assert rank(["a"], ranking(a=GOOD, b=GOOD), NOW_MS) == ("a",)


def test_some_generations_begin_elsewhere_and_each_always_the_same() -> None:
    order = ("a", "b", "c")
    seeds = [f"generation-{number}" for number in range(4_000)]
    answers = [explore(order, seed) for seed in seeds]
    assert answers == [explore(order, seed) for seed in seeds]
    explored = [answer for answer in answers if answer != order]
    assert EXPLORED * 0.8 < len(explored) / len(seeds) < EXPLORED * 1.2
    assert {answer[0] for answer in explored} == {"b", "c"}
    assert all(sorted(answer) == sorted(order) for answer in answers)
    assert explore(order, "x", share=0) == order
    assert explore(order, "x", share=1) != order
    assert explore(("a",), "x", share=1) == ("a",)


def test_who_is_shut_goes_to_the_end() -> None:
    assert reshuffle(("a", "b", "c"), {"a"}) == ("b", "c", "a")
    assert reshuffle(("a", "b"), {"a", "b"}) == ("a", "b")
