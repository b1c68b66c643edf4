"""What a caller in test mode can ask for."""

from __future__ import annotations

import pytest

from tidegate.domain.errors import InvalidInput
from tidegate.domain.scripts import HEADER, WORDS, Script, parse_script, read_script


@pytest.mark.parametrize("name", WORDS)
def test_every_word_is_read_in_the_prompt_and_in_the_header(name: str) -> None:
    assert read_script(None, f"A seal [[test:{name}]] on ice") == Script(name)
    assert read_script(f" {name} ", "A seal") == Script(name)


def test_a_request_that_asks_for_nothing_has_no_script() -> None:
    assert read_script(None, "A seal [[fault:500]] [test:fail]") is None
    assert read_script(None, None) is None


def test_the_header_goes_before_the_prompt() -> None:
    assert read_script("slow=5", "A seal [[test:fail]]") == Script("slow", 5)


@pytest.mark.parametrize("text", ["slow=5", "timeout=3", "late=3600", "late", "fail"])
def test_a_script_is_stored_as_it_is_asked_for(text: str) -> None:
    assert str(parse_script(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "sucess", "slow=", "slow=x", "slow=-1", "fail=5", "slow=1.5", "SLOW=5", "slow = 5", "x" * 500],
)
def test_what_is_no_outcome_is_refused_and_the_outcomes_are_listed(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"There are: success, slow\[=seconds\], fail") as caught:
        read_script(text, "A seal")
    assert caught.value.details["field"] == HEADER
    assert len(caught.value.message) < 400
    with pytest.raises(InvalidInput) as caught:
        read_script(None, f"A seal [[test:{text}]]")
    assert caught.value.details["field"] == "generation_prompt"


@pytest.mark.parametrize("text", ["slow=0", "late=3601"])
def test_seconds_have_bounds(text: str) -> None:
    with pytest.raises(InvalidInput, match="takes 1 to 3600 seconds"):
        parse_script(text)


def test_a_prompt_asks_for_one_outcome_only() -> None:
    with pytest.raises(InvalidInput, match="one test outcome only"):
        read_script(None, "[[test:fail]] [[test:slow=5]]")


def test_a_script_knows_what_it_is() -> None:
    assert parse_script("rate_limit").is_refusal
    assert not parse_script("rate_limited").is_refusal
    assert parse_script("timeout=3").attempt_s == parse_script("late=3").attempt_s == 3
    assert parse_script("slow=3").attempt_s is None
    assert parse_script("timeout").attempt_s is None
