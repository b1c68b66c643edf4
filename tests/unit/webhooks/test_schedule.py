"""When a delivery is tried, and what counts as success."""

from __future__ import annotations

import pytest

from tidegate.domain.webhooks import (
    MAX_ATTEMPTS,
    delay_before_next_ms,
    is_success,
    iso,
    whole_seconds,
)


def test_there_are_five_attempts_the_first_at_once() -> None:
    delays = [delay_before_next_ms(made) for made in range(MAX_ATTEMPTS)]
    assert delays == [0, 500, 1_500, 3_000, 5_000]


def test_after_the_last_attempt_there_is_no_other() -> None:
    assert delay_before_next_ms(MAX_ATTEMPTS) is None


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
