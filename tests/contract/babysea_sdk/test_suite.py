"""The conformance suite's own instruments: its client and its webhook verifier, against scripted servers.

The files in ``stack`` need a deployed stack: ``tests/e2e/test_sdk.py`` runs them.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from local.stack.cdk import node

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["client", "webhooks"])
def test_the_suites_own_instruments_keep_to_the_contract(name: str) -> None:
    run = subprocess.run(  # noqa: S603
        [node(), "--test", "--test-reporter=spec", str(HERE / f"{name}.test.mjs")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
