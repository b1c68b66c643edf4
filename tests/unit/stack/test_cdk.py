"""The CDK CLI as the stack runs it, with a stand-in for Node.js that writes down how it was called."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.stack import cdk as cdk_module
from local.stack.cdk import Cdk, node
from local.stack.errors import NotLoopback, ServiceFailed, ToolMissing
from local.stack.service import Service

ENDPOINT = "http://127.0.0.1:4566"
STAND_IN = """#!{python}
import json, os, pathlib, sys
if sys.argv[1:] == ["--version"]:
    print("{version}")
    raise SystemExit
seen = {{"arguments": sys.argv[1:], "environment": dict(os.environ), "folder": os.getcwd()}}
pathlib.Path("{folder}", "seen.json").write_text(json.dumps(seen))
print("Tidegate-Local-Us-Data: deploying... [1/4]")
print(" ✅  Tidegate-Local-Us-Data")
print("the last words")
raise SystemExit({exit_code})
"""


def stand_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch, version: str = "v20.1.0", exit_code: int = 0
) -> None:
    program = folder / "node"
    program.write_text(
        STAND_IN.format(python=sys.executable, version=version, folder=folder, exit_code=exit_code)
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def seen(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "seen.json").read_text()))


@pytest.fixture
def cdk(tmp_path: Path) -> Cdk:
    return Cdk(tmp_path / "state", ENDPOINT, {"stage": "local"})


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli = tmp_path / "cdk"
    cli.touch()
    monkeypatch.setattr(cdk_module, "_CLI", cli)


def test_a_missing_node_is_told_with_the_ways_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing, match=r"Node\.js 20 or newer is needed(?s:.*)nodejs\.org"):
        node()


@pytest.mark.parametrize("version", ["v18.20.0", "v8.0.0", "nonsense", ""])
def test_a_node_that_is_too_old_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    stand_in(tmp_path, monkeypatch, version)
    with pytest.raises(ToolMissing, match="20 or newer is needed"):
        node()


def test_a_cli_that_is_not_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch)
    (tmp_path / "cdk").unlink()
    with pytest.raises(ToolMissing, match="`npm ci`"):
        node()


def test_it_deploys_every_stack_of_this_repository_to_the_emulator(
    cdk: Cdk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    stand_in(tmp_path, monkeypatch)
    cdk.deploy(lambda _: None)
    call = seen(tmp_path)
    assert {"deploy", "--all", "stage=local"} <= set(call["arguments"])
    assert call["folder"] == str(cdk_module.ROOT)
    assert call["environment"]["AWS_ENDPOINT_URL"] == ENDPOINT
    assert "AWS_PROFILE" not in call["environment"]


def test_bootstrap_stands_away_from_the_app(
    cdk: Cdk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch)
    cdk.bootstrap()
    assert seen(tmp_path)["folder"] == str(tmp_path / "state")


def test_it_tells_how_far_it_is(cdk: Cdk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch)
    told: list[str] = []
    cdk.deploy(told.append)
    assert told == ["Tidegate-Local-Us-Data", "Tidegate-Local-Us-Data is deployed"]


def test_a_failed_deployment_ends_with_what_the_cdk_said_last(
    cdk: Cdk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, exit_code=1)
    with pytest.raises(ServiceFailed, match=r"`cdk deploy` failed(?s:.*)the last words"):
        cdk.deploy(lambda _: None)


def test_the_cli_of_a_killed_run_is_ended_first(
    cdk: Cdk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    ) as left:
        Service("cdk", tmp_path / "state").note(left.pid)
        stand_in(tmp_path, monkeypatch)
        cdk.deploy(lambda _: None)
        assert left.wait(5) != 0


def test_the_locks_of_a_killed_run_are_dropped(
    cdk: Cdk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "state" / "cdk.out" / "synth.lock"
    lock.parent.mkdir(parents=True)
    lock.write_text("1")
    stand_in(tmp_path, monkeypatch)
    cdk.deploy(lambda _: None)
    assert not lock.exists()


def test_no_other_endpoint_is_possible(tmp_path: Path) -> None:
    with pytest.raises(NotLoopback):
        Cdk(tmp_path, "https://cloudformation.us-east-1.amazonaws.com", {})


def test_the_fingerprint_changes_with_the_sources_and_the_context(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "project"
    (root / "functions").mkdir(parents=True)
    code = root / "functions" / "handler.py"
    code.write_text("one")
    monkeypatch.setattr(cdk_module, "ROOT", root)
    prints = {_fingerprint(tmp_path, "a")}
    prints.add(_fingerprint(tmp_path, "b"))
    code.write_text("two")
    prints.add(_fingerprint(tmp_path, "a"))
    code.rename(code.with_name("other.py"))
    prints.add(_fingerprint(tmp_path, "a"))
    assert len(prints) == 4


def test_the_fingerprint_ignores_what_python_compiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "project"
    (root / "functions" / "__pycache__").mkdir(parents=True)
    monkeypatch.setattr(cdk_module, "ROOT", root)
    before = _fingerprint(tmp_path, "a")
    (root / "functions" / "__pycache__" / "handler.pyc").write_text("compiled")
    assert _fingerprint(tmp_path, "a") == before


def _fingerprint(folder: Path, stage: str) -> str:
    return Cdk(folder / "state", ENDPOINT, {"stage": stage}).fingerprint()
