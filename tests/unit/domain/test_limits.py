"""Plans and their windows."""

from __future__ import annotations

from tidegate.domain.limits import PLANS, Bucket, Window


def test_each_bucket_has_its_own_allowance() -> None:
    plan = PLANS["free"]
    assert [plan.limit(bucket) for bucket in Bucket] == [30, 10, 300, 100, 1_000]


def test_the_last_request_of_a_window_is_allowed_and_the_next_is_not() -> None:
    assert Window.after(10, 10, 0) == Window(limit=10, remaining=0, reset_at_s=60, exceeded=False)
    assert Window.after(11, 10, 0).exceeded


def test_a_window_ends_at_the_full_minute() -> None:
    assert Window.after(1, 10, 119_999).reset_at_s == 120
    assert Window.after(1, 10, 120_000).reset_at_s == 180


def test_a_bucket_that_is_counted_per_key_has_a_window_of_an_hour() -> None:
    assert [bucket for bucket in Bucket if bucket.per_key] == [Bucket.LIBRARY, Bucket.MASTER]
    assert {bucket.window_s for bucket in Bucket if not bucket.per_key} == {60}
    window = Window.after(1, 100, 3_600_000, Bucket.LIBRARY.window_s)
    assert (window.remaining, window.reset_at_s) == (99, 7_200)
