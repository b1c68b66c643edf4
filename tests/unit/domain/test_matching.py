"""Journal entries held against generations and grants."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tidegate.domain.generation import Generation, MediaType, Settlement, Status
from tidegate.domain.matching import Case, Matching, judge_open
from tidegate.domain.money import ZERO, Money
from tidegate.domain.replay import Difference
from tidegate.domain.wallet import Movement, MovementKind

PRICE = Money.of("0.005")
OPEN = Generation(
    account_id="account",
    generation_id="generation",
    surface="babysea",
    model="bfl/flux-schnell",
    media_type=MediaType.IMAGE,
    params={},
    providers=("replicate",),
    price=PRICE,
    status=Status.PROCESSING,
    prediction_id="pred_1",
    created_at_ms=1,
    expires_at_ms=2,
)
SUCCEEDED = replace(OPEN, status=Status.SUCCEEDED, settlement=Settlement.CHARGE)
FAILED = replace(OPEN, status=Status.FAILED, settlement=Settlement.REFUND)
CANCELED = replace(FAILED, status=Status.CANCELED)


def _entry(kind: MovementKind, amount: Money = PRICE, reference: str = "generation") -> Movement:
    return Movement(7, kind, amount, reference, 1, ZERO, ZERO)


RESERVE, CHARGE, REFUND = (
    _entry(kind) for kind in (MovementKind.RESERVE, MovementKind.CHARGE, MovementKind.REFUND)
)


def _taken(matching: Matching, *records: Movement | Generation) -> list[str]:
    found: list[Difference] = []
    for record in records:
        if isinstance(record, Generation):
            found += matching.take_generation(record)
        else:
            found += matching.take_entry(record)
    return [difference.code for difference in found]


@pytest.mark.parametrize("parts", list(itertools.permutations([RESERVE, CHARGE, SUCCEEDED])))
def test_in_any_order_what_has_all_its_parts_is_judged_and_forgotten(
    parts: Sequence[Movement | Generation],
) -> None:
    matching = Matching()
    assert _taken(matching, *parts) == []
    assert matching.open_cases == {}


@pytest.mark.parametrize(
    ("settlement", "generation", "codes"),
    [
        (REFUND, FAILED, []),
        (REFUND, CANCELED, []),
        (CHARGE, FAILED, ["wrong_settlement"]),
        (REFUND, SUCCEEDED, ["wrong_settlement"]),
        (CHARGE, replace(SUCCEEDED, settlement=Settlement.REFUND), ["wrong_settlement"]),
        (CHARGE, replace(SUCCEEDED, settlement=None), ["wrong_settlement"]),
        (CHARGE, replace(SUCCEEDED, price=PRICE * 2), ["wrong_reserve", "wrong_settlement"]),
        (_entry(MovementKind.CHARGE, PRICE * 2), SUCCEEDED, ["wrong_settlement"]),
    ],
)
def test_money_and_end_of_a_generation_fit_each_other(
    settlement: Movement, generation: Generation, codes: list[str]
) -> None:
    assert _taken(Matching(), RESERVE, settlement, generation) == codes


def test_nothing_moves_twice() -> None:
    assert _taken(Matching(), RESERVE, RESERVE) == ["moved_twice"]
    assert _taken(Matching(), RESERVE, CHARGE, REFUND) == ["moved_twice"]


@pytest.mark.parametrize(
    ("case", "stored", "codes"),
    [
        (Case(RESERVE, None, OPEN), OPEN, []),  # in flight
        (Case(RESERVE, None, OPEN), SUCCEEDED, []),  # ended after the last entry
        (Case(RESERVE, CHARGE, OPEN), SUCCEEDED, []),  # ended after it was read
        (Case(RESERVE, CHARGE, OPEN), FAILED, ["wrong_settlement"]),
        (Case(RESERVE, CHARGE, OPEN), OPEN, ["wrong_settlement"]),
        (Case(RESERVE, None, SUCCEEDED), SUCCEEDED, ["not_settled"]),
        (Case(RESERVE, None, None), OPEN, []),  # accepted behind the reader's back
        (Case(RESERVE, None, None), replace(OPEN, price=PRICE * 2), ["wrong_reserve"]),
        (Case(RESERVE, None, None), None, ["no_generation"]),
        (Case(RESERVE, CHARGE, None), None, ["no_generation"]),
        (Case(None, None, OPEN), OPEN, ["not_reserved"]),
        (Case(None, None, replace(OPEN, price=ZERO)), OPEN, []),  # what costs nothing moves nothing
        (Case(None, CHARGE, None), SUCCEEDED, ["not_reserved"]),
        (Case(None, CHARGE, SUCCEEDED), SUCCEEDED, ["not_reserved"]),
        (Case(None, None, None), None, []),
    ],
)
def test_what_lacks_a_part_at_the_end_is_in_flight_or_wrong(
    case: Case, stored: Generation | None, codes: list[str]
) -> None:
    found = list(judge_open("generation", case, stored))
    assert [difference.code for difference in found] == codes
    assert {difference.subject for difference in found} <= {"generation"}


def _grants(
    added: Sequence[tuple[str, int]],
    granted: Sequence[tuple[str, int]],
    later: Sequence[tuple[str, int]] = (),
) -> list[tuple[str, str]]:
    matching = Matching()
    for reference, micros in granted:
        matching.take_grant(reference, Money(micros))
    for reference, micros in added:
        assert not list(matching.take_entry(_entry(MovementKind.ADD, Money(micros), reference)))
    stored = [(reference, Money(micros)) for reference, micros in (*granted, *later)]
    return [(found.subject, found.message) for found in matching.unmatched_grants(stored)]


def test_grants_and_credits_have_each_other() -> None:
    assert _grants([("a", 1), ("b", 2)], [("b", 2), ("a", 1)]) == []


def test_a_grant_that_was_made_after_the_grants_were_read_is_no_difference() -> None:
    assert _grants([("a", 1), ("b", 2)], [("a", 1)], later=[("b", 2)]) == []


def test_credits_without_a_grant_and_grants_without_credits_are_told() -> None:
    assert _grants([("a", 1_000_000)], []) == [("a", "$1 was added and not granted")]
    assert _grants([], [("a", 1_000_000)]) == [("a", "$1 was granted and not added")]
    assert _grants([("a", 3_000_000)], [("a", 1_000_000)]) == [("a", "$2 was added and not granted")]


LAPSING = replace(CHARGE, record_until_s=10)


def test_of_a_lapsed_generation_only_the_journal_is_left() -> None:
    matching = Matching(now_ms=10_000)
    assert _taken(matching, RESERVE, LAPSING) == []
    assert (matching.lapsed, matching.open_cases) == (1, {})


def test_entries_of_a_lapsed_generation_must_fit_each_other() -> None:
    assert _taken(Matching(now_ms=10_000), replace(RESERVE, amount=PRICE * 2), LAPSING) == [
        "wrong_settlement"
    ]


def test_what_has_not_lapsed_is_waited_for() -> None:
    matching = Matching(now_ms=9_999)
    assert _taken(matching, RESERVE, LAPSING) == []
    assert (matching.lapsed, list(matching.open_cases)) == (0, ["generation"])


@pytest.mark.parametrize(
    ("case", "codes"),
    [
        (Case(RESERVE, LAPSING, None), []),
        (Case(RESERVE, LAPSING, SUCCEEDED), []),
        (Case(replace(RESERVE, amount=PRICE * 2), LAPSING, None), ["wrong_settlement"]),
        (Case(RESERVE, CHARGE, None), ["no_generation"]),
        (Case(RESERVE, None, None), ["no_generation"]),
    ],
)
def test_a_record_may_lapse_while_the_books_are_read(case: Case, codes: list[str]) -> None:
    assert [entry.code for entry in judge_open("generation", case, None, 10_000)] == codes
