"""The operator's overrides."""

from __future__ import annotations

from tidegate.domain.overrides import Out, Overrides, follow_pin


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
    assert nobody_looked.why_out("fal") is None
    looked = nobody_looked.with_keys(["replicate"])
    assert [looked.why_out(name) for name in ("replicate", "fal")] == [None, Out.NO_KEY]
    assert looked.why_out("fal", needs_key=False) is None
    assert looked.without("fal").why_out("fal") is Out.DISABLED
    assert looked.with_keys(["replicate"]) is looked
    assert looked.with_keys([]).why_out("replicate") is Out.NO_KEY
