"""What a cold start loads. Counted, not timed: modules are what an import costs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

# Each would cost a cold start 40 to 200 ms. The AWS client is loaded when the first call is made.
HEAVY = ("pydantic", "boto3", "botocore.session", "botocore.client", "urllib3", "cryptography")
# Only a submit with pictures needs them.
OUTGOING = ("tidegate.adapters.http", "tidegate.usecases.check_inputs", "concurrent.futures.thread")


FOLDERS = ("babysea", "sharkapi", "shared")
FUNCTIONS = [
    f"{folder}.{file.stem}"
    for folder in FOLDERS
    for file in sorted((Path(__file__).parents[3] / "functions" / folder).glob("*.py"))
    if file.stem != "__init__"
]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_importing_a_handler_loads_nothing_heavy(function: str) -> None:
    code = f"import sys, functions.{function}; print(*sys.modules)"
    path = ":".join(entry for entry in sys.path if entry)
    loaded = subprocess.run(  # noqa: S603  our own interpreter, our own code
        [sys.executable, "-c", code], env={"PYTHONPATH": path}, check=True, capture_output=True, text=True
    ).stdout.split()
    assert f"functions.{function}" in loaded
    assert not {*HEAVY, *OUTGOING} & set(loaded)
