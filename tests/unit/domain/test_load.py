"""What a limit on a provider's jobs leaves to the current minute."""

from __future__ import annotations

from tidegate.domain.load import WINDOW_MINUTES, Limit, Minute, Room, first_minute, room, under_way

MINUTE = 29_383_333
START_MS = MINUTE * 60_000


def test_what_began_earlier_and_has_not_ended_takes_up_room() -> None:
    minutes = {MINUTE - 1: Minute(9, 3), MINUTE - WINDOW_MINUTES + 1: Minute(5, 1), MINUTE: Minute(4, 4)}
    assert room(Limit(concurrent=10), minutes, START_MS) == Room(None, 6)


def test_an_attempt_whose_end_was_never_counted_gives_its_place_back_after_the_window() -> None:
    lost = {MINUTE - WINDOW_MINUTES: Minute(8, 8)}
    assert room(Limit(concurrent=2), lost, START_MS) == Room(None, 2)
    assert first_minute(MINUTE) == MINUTE - WINDOW_MINUTES + 1


def test_ends_whose_begin_was_not_counted_make_no_room() -> None:
    minutes = {MINUTE - 1: Minute(0, -5), MINUTE - 2: Minute(2, 1)}
    assert room(Limit(concurrent=4), minutes, START_MS) == Room(None, 3)
    assert under_way(minutes) == 1


def test_of_the_minute_before_counts_what_is_less_than_a_minute_ago() -> None:
    minutes, limit = {MINUTE - 1: Minute(begun=60)}, Limit(per_minute=60)
    told = [room(limit, minutes, START_MS + second * 1000).begun for second in (0, 15, 30, 59)]
    assert told == [0, 15, 30, 59]


def test_nothing_fits_where_either_limit_is_used_up() -> None:
    minutes = {MINUTE - 1: Minute(begun=60, unended=2)}
    assert room(Limit(concurrent=2), minutes, START_MS).is_empty
    assert room(Limit(per_minute=60), minutes, START_MS).is_empty
    assert room(Limit(0, 60), {}, START_MS).is_empty
    assert not room(Limit(3, 61), minutes, START_MS).is_empty
