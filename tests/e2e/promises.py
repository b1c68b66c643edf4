"""schemathesis asks the deployed stack what a served document promises."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
DEADLINE_S: Final = 240


def assert_promises_are_kept(
    url: str, config: str, headers: Mapping[str, str], cwd: Path, *more: str, **named: str
) -> None:
    """Ask with these headers, as the config says, which may name variables; fail on whatever is found."""
    sent = (word for name, value in headers.items() for word in ("--header", f"{name}: {value}"))
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        *("--config-file", str(HERE / config), "run", url, "--no-color", *sent, *more),
    ]
    run = subprocess.run(  # noqa: S603  our own tool on our own stack
        command,
        cwd=cwd,
        env={**os.environ, **named},
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE_S,
    )
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-2_000:]
    assert "No issues found" in run.stdout
