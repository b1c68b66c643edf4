"""``docs/errors.md`` shows the table that the code uses, and for every code tests that provoke it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tidegate.surfaces.babysea.errors import ERRORS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
RAISED, _, _ = PAGE.partition("\n## Kept for what is to come\n")
ROW = re.compile(r"^\| (BSE\d{4}) \| (\d{3}) \| `(\w+)` \| (yes|no) \| (?:.+ \| )?(.+) \|$", re.MULTILINE)
LINK = re.compile(r"\[`([^`]+)`\]\(\.\./(tests/[\w/.]+)\)")
PLACES = [(match[1], match[5]) for match in ROW.finditer(RAISED)]


def test_the_page_shows_every_error_as_it_is() -> None:
    shown = sorted((row[1], row[3], int(row[2]), row[4] == "yes") for row in ROW.finditer(PAGE))
    assert shown == sorted(
        {(error.code, error.type, error.status, error.retryable) for error in ERRORS.values()}
    )


def _linked(cell: str) -> Iterator[tuple[str, Path]]:
    for name, path in LINK.findall(cell):
        yield name, ROOT / path


@pytest.mark.parametrize(("code", "cell"), PLACES, ids=[code for code, _ in PLACES])
def test_every_code_links_to_tests_that_name_it(code: str, cell: str) -> None:
    linked = dict(_linked(cell))
    assert len(linked) == cell.count("](")
    assert linked
    for name, path in linked.items():
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            assert f"def {name}(" in text
        else:
            assert path.name == name
        assert code in text
