"""How money, instants and foreign text look."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from cli.render import dollars, moment, plain, span
from tidegate.domain.money import Money


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (0, "0.00"),
        (1, "0.000001"),
        (5_000, "0.005"),
        (500_000, "0.50"),
        (10_000_000, "10.00"),
        (12_345_678, "12.345678"),
        (1_000_000_000_000, "1000000.00"),
        (-2_500_000, "-2.50"),
    ],
)
def test_dollars_are_exact_with_at_least_two_decimals(micros: int, text: str) -> None:
    assert dollars(Money(micros)) == text
    assert Money.of(text) == Money(micros)


def test_people_see_the_sign_and_scripts_do_not() -> None:
    amount = dollars(Money(5_000))
    assert plain(amount).plain == "$0.005"
    assert json.dumps(amount) == '"0.005"'


def test_an_instant_is_local_and_names_its_offset() -> None:
    text = moment(1_763_000_000_123)
    assert text is not None
    read = datetime.fromisoformat(text)
    assert round(read.timestamp() * 1000) == 1_763_000_000_123
    assert read.utcoffset() == datetime.fromtimestamp(1_763_000_000).astimezone().utcoffset()


def test_what_is_not_yet_is_shown_as_absent() -> None:
    assert moment(None) is None
    assert span(1, None) == span(None, 1) == plain(None).plain == plain("").plain == "-"


def test_a_span_is_in_seconds() -> None:
    assert span(1_000, 2_345) == "1.34 s"


def test_control_codes_become_visible() -> None:
    assert plain("a\x1b[2Jb\nc").plain == "a\N{REPLACEMENT CHARACTER}[2Jb\N{REPLACEMENT CHARACTER}c"


def test_lists_and_answers_read_as_words() -> None:
    assert plain(["x", "y"]).plain == "x, y"
    assert (plain(value=True).plain, plain(value=False).plain, plain(0).plain) == ("yes", "no", "0")
