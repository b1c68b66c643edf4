"""Generations, their ids and their states."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from tidegate.domain.generation import (
    Generation,
    MediaType,
    Output,
    Status,
    id_floor,
    new_id,
    new_prediction_id,
)
from tidegate.domain.money import Money
from tidegate.domain.retention import DAY_S, Retention

NOW_MS = 1_763_000_000_000


def test_an_id_is_a_uuid_of_version_7() -> None:
    parsed = uuid.UUID(new_id(NOW_MS))
    assert parsed.version == 7
    assert parsed.variant == uuid.RFC_4122
    assert parsed.int >> 80 == NOW_MS


def test_ids_sort_in_the_order_of_their_creation() -> None:
    ids = [new_id(NOW_MS + step) for step in range(100)]
    assert ids == sorted(ids)


def test_ids_of_one_instant_differ() -> None:
    assert len({new_id(NOW_MS) for _ in range(1000)}) == 1000


def test_the_floor_of_an_instant_parts_earlier_ids_from_later_ones() -> None:
    assert new_id(NOW_MS - 1) < id_floor(NOW_MS) <= new_id(NOW_MS)


def test_a_prediction_id_looks_like_the_wire_wants_it() -> None:
    assert new_prediction_id().startswith("pred_")


@pytest.mark.parametrize(
    ("status", "terminal"),
    [
        (Status.PENDING, False),
        (Status.PROCESSING, False),
        (Status.SUCCEEDED, True),
        (Status.FAILED, True),
        (Status.CANCELED, True),
    ],
)
def test_only_ended_generations_are_terminal(status: Status, terminal: bool) -> None:  # noqa: FBT001
    assert status.is_terminal is terminal


DAY_MS = 86_400_000
ID = new_id(NOW_MS)
UNTIL_S = NOW_MS // 1_000 + 3_600
NAME = f"1d/{UNTIL_S}/{ID}/{'A' * 22}/0.png"
OLD_NAME = f"{ID}/{'A' * 22}/0.png"
MADE = Generation(
    account_id="account",
    generation_id=ID,
    surface="babysea",
    model="bfl/flux-schnell",
    media_type=MediaType.IMAGE,
    params={},
    providers=("replicate",),
    price=Money.of("0.005"),
    status=Status.SUCCEEDED,
    prediction_id="pred_1",
    created_at_ms=NOW_MS,
    expires_at_ms=NOW_MS,
    completed_at_ms=NOW_MS,
    outputs=(Output(NAME, "image/png", 1),),
    retention=Retention(DAY_S, 30 * DAY_S),
)
OLD = replace(MADE, outputs=(Output(OLD_NAME, "image/png", 1),))
KEPT = replace(OLD, retention=Retention(None, None))


@pytest.mark.parametrize(
    ("generation", "at_ms", "removed"),
    [
        (MADE, UNTIL_S * 1_000 - 1, False),
        (MADE, UNTIL_S * 1_000, True),
        (OLD, NOW_MS + DAY_MS - 1, False),
        (OLD, NOW_MS + DAY_MS, True),
        (KEPT, NOW_MS + 5_000 * DAY_MS, False),
        (replace(MADE, removed_at_ms=NOW_MS), NOW_MS, True),
        (replace(MADE, outputs=()), NOW_MS + DAY_MS, False),
        (replace(MADE, outputs=(), removed_at_ms=NOW_MS), NOW_MS, True),
        (replace(OLD, completed_at_ms=None), NOW_MS + DAY_MS, False),
    ],
    ids=[
        "kept",
        "past what its name says",
        "of an earlier release",
        "of an earlier release, past its retention",
        "kept for ever",
        "deleted",
        "without files",
        "deleted without files",
        "not ended",
    ],
)
def test_files_are_gone_when_deleted_or_past_their_retention(
    generation: Generation,
    at_ms: int,
    removed: bool,  # noqa: FBT001
) -> None:
    assert generation.is_removed(at_ms) is removed


def test_files_are_gone_together() -> None:
    later = Output(NAME.replace(str(UNTIL_S), str(UNTIL_S + 60)), "image/png", 1)
    assert replace(MADE, outputs=(later, *MADE.outputs)).files_until_ms == UNTIL_S * 1_000


def test_a_record_lapses_in_its_second_and_not_before_it_has_one() -> None:
    assert not MADE.has_lapsed(10**15)
    ended = replace(MADE, record_until_s=UNTIL_S)
    assert not ended.has_lapsed(UNTIL_S * 1_000 - 1)
    assert ended.has_lapsed(UNTIL_S * 1_000)
