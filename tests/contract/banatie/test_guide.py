"""The guide shows the errors that the code uses; what it claims has its test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tidegate.surfaces.banatie.errors import ERRORS

ROOT = Path(__file__).parents[3]
GUIDE = (ROOT / "docs" / "banatie.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([A-Z_]+)` \| (\d{3}) \| .+ \| (.+) \|$", re.MULTILINE)
REMARK = re.compile(r"^\| (R\d) \| .+ \| .+ \| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"\[`([^`]+)`\]\(\.\./(tests/[\w/.]+)\)")


def _linked(cell: str) -> dict[str, str]:
    """The text of the test file behind each link; every link of the cell must be one to a test."""
    found = {name: (ROOT / path).read_text(encoding="utf-8") for name, path in LINK.findall(cell)}
    assert found
    assert len(found) == cell.count("](")
    for name, text in found.items():
        assert f"def {name}(" in text, name
    return found


ROWS = [(row[1], int(row[2]), row[3]) for row in ROW.finditer(GUIDE)]


def test_it_shows_every_error_as_it_is() -> None:
    shown = {(code, status) for code, status, _ in ROWS}
    assert shown == {(error.code, error.status) for error in ERRORS.values()}


@pytest.mark.parametrize(("code", "cell"), [(code, cell) for code, _, cell in ROWS])
def test_every_error_links_to_tests_that_provoke_it(code: str, cell: str) -> None:
    for text in _linked(cell).values():
        assert code in text


REMARKS = REMARK.findall(GUIDE)


def test_every_remark_of_the_author_has_its_row() -> None:
    assert [number for number, _ in REMARKS] == [f"R{number}" for number in range(1, len(REMARKS) + 1)]
    assert len(REMARKS) == 8


@pytest.mark.parametrize("remark", REMARKS, ids=[number for number, _ in REMARKS])
def test_every_remark_links_to_its_tests(remark: tuple[str, str]) -> None:
    _linked(remark[1])
