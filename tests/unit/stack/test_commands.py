"""What stands around the stack: the Makefile, CI's entry point, the command line."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from local.__main__ import stack_of
from local.stack import Ports, StackError

ROOT = Path(__file__).parents[3]


def make(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run make without installing anything."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MAKE"))}
    return subprocess.run(  # noqa: S603
        ["make", "-o", ".run", "-o", ".dev", *arguments],  # noqa: S607
        cwd=ROOT,
        env={**kept, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_lists_every_target() -> None:
    shown = make("help").stdout
    for target in ("demo", "up", "down", "test", "check", "bench", "deploy", "clean"):
        assert f"make {target} " in shown


def test_a_deployment_needs_a_stage() -> None:
    assert "Name the stage" in make("deploy").stdout


def test_the_local_stage_is_not_deployed_to_aws() -> None:
    assert "make up" in make("deploy", "STAGE=local", "YES=1").stdout


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_CLOUDFORMATION"])
def test_a_deployment_that_would_not_reach_aws_is_refused(name: str) -> None:
    refused = make("deploy", "STAGE=prod", "YES=1", **{name: "http://127.0.0.1:4566"})
    assert "would not reach AWS" in refused.stdout
    assert "cdk" not in refused.stdout


def test_a_deployment_that_nobody_confirms_is_not_done() -> None:
    refused = make("deploy", "STAGE=prod")
    assert refused.returncode != 0
    assert "Nothing was done." in refused.stdout


@pytest.mark.parametrize("code", [0, 1, 5])
def test_ci_ends_with_pytests_last_line_and_its_exit_code(tmp_path: Path, code: int) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    (tmp_path / "Makefile").write_text(
        f"test:\n\t@echo '=== closing line ==='; echo {code} >$(STATUS_FILE)\n"
    )
    done = subprocess.run(  # noqa: S603
        [tmp_path / ".ci" / "run"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == code
    assert done.stdout.splitlines()[-1] == "=== closing line ==="


def test_ports_are_read_from_the_command_line(tmp_path: Path) -> None:
    assert stack_of(tmp_path, "proxy=9000").ports == Ports(proxy=9000)
    assert stack_of(tmp_path, "").ports == Ports()
    with pytest.raises(StackError):
        stack_of(tmp_path, "nonsense")
