"""How long things are kept: the rows of the plans, and when each thing is gone."""

from __future__ import annotations

import pytest

from tidegate.domain.limits import PLANS
from tidegate.domain.output_key import CLASSES_DAYS
from tidegate.domain.retention import (
    DAY_S,
    DEFAULT_RETENTION,
    HOSTED_PLANS,
    MAX_FILES_S,
    Retention,
    Retentions,
    read_row,
    retentions_from,
)

NOON_MS = 1_763_121_600_123


def test_unasked_files_are_kept_for_a_week_and_records_for_a_year() -> None:
    assert retentions_from(None) == retentions_from("") == Retentions()
    assert {plan: str(Retentions().of(plan)) for plan in PLANS} == dict.fromkeys(PLANS, "7d:365d")


def test_the_hosted_products_rows_are_its_own() -> None:
    rows = retentions_from("hosted")
    assert {plan: str(rows.of(plan)) for plan in PLANS} == {
        "free": "1h:1d",
        "starter": "12h:7d",
        "pro": "1d:30d",
        "scale": "5d:180d",
        "enterprise": "7d:365d",
        "unlimited": "7d:365d",
    }


@pytest.mark.parametrize(
    ("text", "plan", "row"),
    [
        ("30d:never", "free", "30d:never"),
        ("never:never", "free", "never:never"),
        ("free=90s:2m,7d:30d", "free", "90s:2m"),
        ("free=90s:2m,7d:30d", "pro", "7d:30d"),
        ("hosted, free=2h:2d", "free", "2h:2d"),
        ("hosted, free=2h:2d", "pro", "1d:30d"),
        ("free=2h:2d, hosted", "free", "1h:1d"),
    ],
)
def test_the_last_word_on_a_plan_counts(text: str, plan: str, row: str) -> None:
    assert str(retentions_from(text).of(plan)) == row


def test_a_row_reads_as_it_is_written() -> None:
    rows = (DEFAULT_RETENTION, *HOSTED_PLANS.values(), Retention(61, None), Retention(None, None))
    assert [read_row(str(row)) for row in rows] == list(rows)
    assert retentions_from("hosted").rows == (DEFAULT_RETENTION, *HOSTED_PLANS.values())


@pytest.mark.parametrize(
    "text",
    [
        "7",
        "7d",
        "7d:",
        ":7d",
        "7d:365d:1d",
        "0d:1d",
        "-1d:1d",
        "1.5d:2d",
        "7 d:8d",
        "7w:9d",
        "1d:365D",
        "plans",
        "gold=1d:2d",
        "=1d:2d",
        "free=",
        "free=hosted",
        "7d:365d,,",
        "999999d:never",
        "3651d:never",
        "2d:1d",
        "never:1d",
    ],
)
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"retention"):
        retentions_from(text)


def test_the_longest_class_of_files_is_the_longest_retention() -> None:
    assert CLASSES_DAYS[-1] * DAY_S == MAX_FILES_S


@pytest.mark.parametrize(
    "row", [DEFAULT_RETENTION, *HOSTED_PLANS.values(), Retention(1, 1), Retention(5, 25)]
)
def test_a_record_is_kept_for_its_time_and_a_twenty_fourth_of_it_at_most(row: Retention) -> None:
    assert row.records_s is not None
    for later_ms in (0, 1, 999, 1_000, 59_999, 7_000_001):
        ended_ms = NOON_MS + later_ms
        until_s = row.record_until_s(ended_ms)
        assert until_s is not None
        kept_s = until_s - ended_ms // 1_000
        assert row.records_s <= kept_s <= row.records_s + max(1, row.records_s // 24)


def test_records_lapse_together_so_that_a_wallet_counts_few_moments() -> None:
    day_ms = DAY_S * 1_000
    row = HOSTED_PLANS["free"]
    assert len({row.record_until_s(NOON_MS + ms) for ms in range(0, day_ms, 60_000)}) == 25


def test_a_record_that_is_kept_for_ever_never_lapses() -> None:
    row = read_row("7d:never")
    assert row.record_until_s(NOON_MS) is None
    assert row.attempts_until_s(NOON_MS) is None


def test_attempts_outlive_their_generation() -> None:
    row = HOSTED_PLANS["free"]
    record, attempts = row.record_until_s(NOON_MS), row.attempts_until_s(NOON_MS)
    assert record is not None
    assert attempts == record + 7 * DAY_S


@pytest.mark.parametrize(
    ("row", "log_s"), [("1h:1d", DAY_S), ("1h:never", 365 * DAY_S), ("1h:700d", 365 * DAY_S)]
)
def test_the_log_of_deliveries_is_kept_as_long_as_records_and_a_year_at_most(row: str, log_s: int) -> None:
    assert read_row(row).log_s == log_s
