"""The operator's overrides."""

from __future__ import annotations

from tidegate.domain.load import Limit
from tidegate.domain.money import Money
from tidegate.domain.overrides import Out, Overrides, follow_pin

TODAY = 20_405


def test_each_change_is_the_next_version_and_can_be_undone() -> None:
    changed = Overrides().without("fal").pinned("a/b", ["fal"]).pinned("c/d", ["x", "y"]).freeze("a/b")
    assert changed == Overrides(
        frozenset({"fal"}), {"a/b": ("fal",), "c/d": ("x", "y")}, frozenset({"a/b"}), version=4
    )
    undone = changed.including("fal").unpinned("a/b").unpinned("c/d").thaw("a/b")
    assert undone == Overrides(version=8)


def test_undoing_what_was_never_done_changes_nothing_else() -> None:
    assert Overrides().including("fal").unpinned("a/b").thaw("a/b") == Overrides(version=3)


def test_a_pin_goes_first_and_the_others_follow() -> None:
    assert follow_pin(("a", "b", "c"), ("c", "x", "a")) == ("c", "a", "b")


def test_a_provider_without_a_key_is_out_once_somebody_looked() -> None:
    nobody_looked = Overrides()
    assert nobody_looked.why_out("fal", TODAY) is None
    looked = nobody_looked.with_keys(["replicate"])
    assert [looked.why_out(name, TODAY) for name in ("replicate", "fal")] == [None, Out.NO_KEY]
    assert looked.why_out("fal", TODAY, needs_key=False) is None
    assert looked.without("fal").why_out("fal", TODAY) is Out.DISABLED
    assert looked.with_keys(["replicate"]) is looked
    assert looked.with_keys([]).why_out("replicate", TODAY) is Out.NO_KEY


def test_a_provider_that_reached_its_cap_is_out_until_the_day_ends() -> None:
    spent = {"fal": Money.of("5"), "replicate": Money.of("500")}
    capped = Overrides().capped("fal", Money.of("5")).capped("bfl", Money.of("0.01"))
    over = capped.noting(spent, TODAY)
    assert [over.why_out(name, TODAY) for name in ("fal", "bfl", "replicate")] == [Out.OVER_CAP, None, None]
    assert over.why_out("fal", TODAY + 1) is None
    assert over.noting(spent, TODAY) is over
    assert over.noting(spent, TODAY + 1).why_out("fal", TODAY + 1) is Out.OVER_CAP
    assert capped.noting({}, TODAY) is capped


def test_another_cap_forgets_what_the_old_one_said() -> None:
    over = Overrides().capped("fal", Money.of("5")).noting({"fal": Money.of("6")}, TODAY)
    assert over.capped("fal", Money.of("7")).why_out("fal", TODAY) is None
    assert over.capped("fal", None) == Overrides(version=3)


def test_a_limit_is_set_changed_and_taken_away() -> None:
    limited = Overrides().limited("fal", Limit(2)).limited("bfl", Limit(24, 100)).limited("fal", Limit(5))
    assert limited.limits == {"fal": Limit(5), "bfl": Limit(24, 100)}
    assert limited.limited("fal", None).limited("bfl", None) == Overrides(version=5)
