"""``docs/errors.md`` shows the table that the code uses, and tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

from tidegate.surfaces.babysea.errors import ERRORS

HERE = Path(__file__).parent
PAGE = (HERE.parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (BSE\d{4}) \| (\d{3}) \| `(\w+)` \| (yes|no) \|", PAGE, re.MULTILINE)


def test_the_page_shows_every_error_as_it_is() -> None:
    shown = sorted((code, kind, int(status), retry == "yes") for code, status, kind, retry in ROWS)
    assert shown == sorted(
        {(error.code, error.type, error.status, error.retryable) for error in ERRORS.values()}
    )


def test_the_page_names_tests_that_exist() -> None:
    defined = set(
        re.findall(r"^def (test_\w+)", "".join(p.read_text() for p in HERE.glob("test_*.py")), re.MULTILINE)
    )
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert named
    assert named <= defined
