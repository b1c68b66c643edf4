"""Generations, their ids and their states."""

from __future__ import annotations

import uuid

import pytest

from tidegate.domain.generation import Status, id_floor, new_id, new_prediction_id

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
