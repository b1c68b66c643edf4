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
MADE = Generation(
    account_id="account",
    generation_id=new_id(NOW_MS),
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
    outputs=(Output("key", "image/png", 1),),
)


@pytest.mark.parametrize(
    ("generation", "after_ms", "removed"),
    [
        (MADE, DAY_MS - 1, False),
        (MADE, DAY_MS, True),
        (replace(MADE, removed_at_ms=NOW_MS), 0, True),
        (replace(MADE, outputs=()), DAY_MS, False),
        (replace(MADE, outputs=(), removed_at_ms=NOW_MS), 0, True),
        (replace(MADE, completed_at_ms=None), DAY_MS, False),
    ],
    ids=["kept", "past its retention", "deleted", "without files", "deleted without files", "not ended"],
)
def test_files_are_gone_when_deleted_or_past_their_retention(
    generation: Generation,
    after_ms: int,
    removed: bool,  # noqa: FBT001
) -> None:
    assert generation.is_removed(NOW_MS + after_ms, DAY_MS) is removed
