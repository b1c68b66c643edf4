"""Health windows, the breaker, and the words of the wire."""

from __future__ import annotations

import pytest

from tidegate.domain.health import (
    MIN_ATTEMPTS,
    Breaker,
    State,
    Status,
    Verdict,
    Window,
    minute_of,
    recent,
    status,
)

NOW_MS = 1_763_000_010_000
NOW = minute_of(NOW_MS)
MINUTE_MS = 60_000
FAILED = {NOW: Window(5, 5)}


def failure(at_ms: int = NOW_MS, started_at_ms: int | None = None) -> Verdict:
    return Verdict(at_ms - 1000 if started_at_ms is None else started_at_ms, at_ms, succeeded=False)


def success(at_ms: int = NOW_MS, started_at_ms: int | None = None) -> Verdict:
    return Verdict(at_ms - 1000 if started_at_ms is None else started_at_ms, at_ms, succeeded=True)


def test_the_window_is_the_last_five_minutes() -> None:
    minutes = {NOW - 5: Window(9, 9), NOW - 4: Window(2, 1), NOW: Window(3, 1), NOW + 1: Window(7, 7)}
    assert recent(minutes, NOW_MS) == Window(5, 2)
    assert recent(minutes, NOW_MS, first_minute=NOW) == Window(3, 1)


def test_nothing_attempted_is_nothing_failed() -> None:
    assert Window().failure_rate == 0
    assert Window(4, 1).failure_rate == 0.25


@pytest.mark.parametrize(
    ("attempts", "failures", "trips"),
    [(4, 4, False), (5, 2, False), (5, 3, True), (6, 3, True), (10, 4, False)],
)
def test_half_of_at_least_five_trips(attempts: int, failures: int, *, trips: bool) -> None:
    assert MIN_ATTEMPTS == 5
    assert Window(attempts, failures).trips is trips


def test_a_breaker_opens_for_a_minute_then_lets_one_probe_through_at_a_time() -> None:
    opened = Breaker().judged(FAILED, [failure()], NOW_MS)
    assert (opened.state(NOW_MS), opened.version) == (State.OPEN, 1)
    assert opened.state(NOW_MS + 59_999) is State.OPEN
    assert not opened.may_probe(NOW_MS + 59_999)
    later = NOW_MS + 60_000
    assert opened.state(later) is State.HALF_OPEN
    assert opened.may_probe(later)
    probed = opened.probed(later)
    assert not probed.may_probe(later + 1)
    assert probed.may_probe(later + MINUTE_MS)  # the probe is lost: another may go
    assert probed.state(later) is State.HALF_OPEN


def test_a_breaker_that_nobody_probes_is_forgotten_with_its_window() -> None:
    opened = Breaker().judged(FAILED, [failure()], NOW_MS)
    assert opened.state(NOW_MS + 359_999) is State.HALF_OPEN
    assert opened.state(NOW_MS + 360_000) is State.CLOSED
    assert not opened.may_probe(NOW_MS + 360_000)
    assert opened.judged(FAILED, [success(NOW_MS + 360_000)], NOW_MS + 360_000) is opened


def test_a_success_alone_never_opens_it() -> None:
    breaker = Breaker()
    assert breaker.judged(FAILED, [success()], NOW_MS) is breaker
    assert breaker.judged({NOW: Window(4, 4)}, [failure()], NOW_MS) is breaker


def test_a_probe_that_succeeds_closes_it_and_the_past_does_not_open_it_again() -> None:
    opened = Breaker().judged(FAILED, [failure()], NOW_MS)
    later = NOW_MS + 70_000
    closed = opened.judged(FAILED, [success(later, later - 5_000)], later)
    assert closed == Breaker(None, later, None, 2)
    assert closed.state(later) is State.CLOSED
    assert closed.judged({**FAILED, minute_of(later): Window(4, 4)}, [failure(later)], later) is closed
    fresh = {minute_of(later) + 1: Window(5, 5)}
    again = closed.judged(fresh, [failure(later + MINUTE_MS)], later + MINUTE_MS)
    assert again.state(later + MINUTE_MS) is State.OPEN


@pytest.mark.parametrize("after_ms", [1_000, 20_000, MINUTE_MS, 4 * MINUTE_MS, 5 * MINUTE_MS])
def test_failures_after_it_closed_open_it_again_in_whatever_minute_they_come(after_ms: int) -> None:
    opened = Breaker().judged(FAILED, [failure()], NOW_MS)
    closing = NOW_MS + 70_000
    past = {minute_of(closing): Window(9, 8)}
    closed = opened.judged(past, [success(closing, closing - 5_000)], closing)
    later = closing + after_ms

    def then(fails: int) -> Breaker:
        in_minute = past.get(minute_of(later), Window()) + Window(fails, fails)
        return closed.judged({**past, minute_of(later): in_minute}, [failure(later)], later)

    assert then(4) is closed
    assert then(5).state(later) is State.OPEN
    assert then(5).probed(later).closed_after == Window(9, 8)


def test_a_probe_that_fails_opens_it_anew() -> None:
    opened = Breaker().judged(FAILED, [failure()], NOW_MS)
    later = NOW_MS + 70_000
    again = opened.probed(later).judged(FAILED, [failure(later, later - 5_000)], later)
    assert (again.opened_at_ms, again.probe_until_ms, again.version) == (later, None, 3)


def test_what_was_sent_before_it_opened_changes_nothing() -> None:
    opened = Breaker().judged(FAILED, [failure()], NOW_MS)
    later = NOW_MS + 70_000
    assert opened.judged(FAILED, [success(later, NOW_MS - 1), failure(later, NOW_MS - 1)], later) is opened


def test_a_job_that_had_nobody_else_closes_it_early_but_does_not_hold_it_open() -> None:
    opened = Breaker().judged(FAILED, [failure()], NOW_MS)
    soon = NOW_MS + 10_000
    assert opened.judged(FAILED, [failure(soon, NOW_MS)], soon) is opened
    assert opened.judged(FAILED, [success(soon, NOW_MS)], soon).state(soon) is State.CLOSED


def test_of_several_verdicts_the_last_decides() -> None:
    opened = Breaker().judged(FAILED, [failure()], NOW_MS)
    later = NOW_MS + 70_000
    told = [success(later + 2, later), failure(later + 1, later)]
    assert opened.judged(FAILED, told, later + 3).state(later + 3) is State.CLOSED


@pytest.mark.parametrize(
    ("window", "states", "expected"),
    [
        (Window(), [], Status.UNKNOWN),
        (Window(), [State.CLOSED], Status.UNKNOWN),
        (Window(10, 1), [State.CLOSED], Status.HEALTHY),
        (Window(10, 2), [], Status.RECOVERING),
        (Window(10, 5), [], Status.DEGRADED),
        (Window(1, 1), [], Status.RECOVERING),
        (Window(4, 4), [State.CLOSED], Status.RECOVERING),
        (Window(4, 4), [State.OPEN], Status.DEGRADED),
        (Window(5, 5), [], Status.DEGRADED),
        (Window(10, 0), [State.CLOSED, State.HALF_OPEN], Status.RECOVERING),
        (Window(10, 0), [State.HALF_OPEN, State.OPEN], Status.DEGRADED),
    ],
)
def test_a_provider_is_summed_up_in_a_word(window: Window, states: list[State], expected: Status) -> None:
    assert status(window, states) is expected
