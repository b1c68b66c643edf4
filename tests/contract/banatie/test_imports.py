"""What a cold start loads. Counted, not timed: modules are what an import costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.contract.babysea.test_imports import HEAVY

FUNCTIONS = sorted(
    file.stem
    for file in (Path(__file__).parents[3] / "functions" / "banatie").glob("*.py")
    if file.stem != "__init__"
)


def test_importing_the_handlers_loads_nothing_heavy() -> None:
    modules = ", ".join(f"functions.banatie.{name}" for name in FUNCTIONS)
    code = f"import sys, {modules}; print(*sys.modules)"
    path = ":".join(entry for entry in sys.path if entry)
    loaded = subprocess.run(  # noqa: S603  our own interpreter, our own code
        [sys.executable, "-c", code], env={"PYTHONPATH": path}, check=True, capture_output=True, text=True
    ).stdout.split()
    assert f"functions.banatie.{FUNCTIONS[0]}" in loaded
    assert not set(HEAVY) & set(loaded)
