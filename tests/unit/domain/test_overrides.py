"""The operator's overrides."""

from __future__ import annotations

from tidegate.domain.overrides import Overrides, follow_pin


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
