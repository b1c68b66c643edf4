"""How long a cold process takes to import the submit handler."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benchmarks.figure import Figure

ROOT: Final = Path(__file__).parents[1]
RUNS: Final = 9
_TARGET_MS: Final = 220
# CPU time, on one core where the system allows it: the clock would also show what else this machine does.
_PROGRAM: Final = """
import os, time
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
began = time.process_time()
import functions.babysea.generate_image
imported = time.process_time()
from tidegate.runtime import runtime
runtime.dynamodb
print(1000 * (imported - began), 1000 * (time.process_time() - began))
"""


def figures(detail: Callable[[str], None]) -> list[Figure]:
    """Import in fresh processes, one after the other; the first only writes the byte code."""
    runs = []
    with tempfile.TemporaryDirectory() as byte_code:
        for number in range(RUNS + 1):
            detail(f"{number} of {RUNS}")
            runs.append(_run(byte_code))
    handler, client = zip(*runs[1:], strict=True)
    note = f"CPU, median of {RUNS} fresh processes on one core; byte code is cached"
    return [
        Figure("import of the submit handler", statistics.median(handler), _TARGET_MS, "{:.0f} ms", note),
        Figure(
            "same, and a DynamoDB client",
            statistics.median(client),
            None,
            "{:.0f} ms",
            "with botocore's session and models",
        ),
    ]


def _run(byte_code: str) -> tuple[float, float]:
    paths = [str(ROOT / "layers" / "core" / "python"), str(ROOT)]
    dummy = {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    python = {"PYTHONPATH": os.pathsep.join(paths), "PYTHONPYCACHEPREFIX": byte_code}
    run = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-c", _PROGRAM],
        env={**inherited, **dummy, **python},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    handler, client = run.stdout.split()
    return float(handler), float(client)
