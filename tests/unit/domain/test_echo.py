"""What is told back of what was sent."""

from __future__ import annotations

from tidegate.domain.echo import shortened


def test_a_line_is_told_back_whole_and_more_is_cut() -> None:
    assert shortened("x" * 100) == "x" * 100
    assert shortened("x" * 101) == "x" * 99 + "…"
