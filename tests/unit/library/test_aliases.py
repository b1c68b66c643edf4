"""Names for images, and where a prompt mentions them."""

from __future__ import annotations

import pytest

from tidegate.domain.errors import InvalidInput
from tidegate.domain.library.aliases import is_alias, is_well_formed, mentioned, read_alias


@pytest.mark.parametrize("alias", ["@hero", "@a", "@Hero-2_b", "@" + "x" * 100])
def test_a_well_formed_alias_can_be_given(alias: str) -> None:
    assert is_alias(alias)
    assert read_alias(alias, "alias") == alias


@pytest.mark.parametrize("alias", ["hero", "@", "@a b", "@é", "@a@b", "@" + "x" * 101, "", None, 3, "@a\n"])
def test_what_is_no_alias_cannot(alias: object) -> None:
    with pytest.raises(InvalidInput):
        read_alias(alias, "alias")


@pytest.mark.parametrize("alias", ["@last", "@first", "@upload"])
def test_technical_names_are_reserved(alias: str) -> None:
    assert is_well_formed(alias)
    with pytest.raises(InvalidInput, match="reserved"):
        read_alias(alias, "alias")


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("@hero on a hill", ("@hero",)),
        ("a hill\nwith @hero, @logo. And @hero!", ("@hero", "@logo")),
        ("me@host (@hero) x@y", ()),
        ("@@hero", ()),
        (f"@{'x' * 101}", ()),
        ("", ()),
    ],
)
def test_a_prompt_mentions_what_stands_after_white_space(prompt: str, names: tuple[str, ...]) -> None:
    assert mentioned(prompt) == names
