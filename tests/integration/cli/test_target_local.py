"""Commands against the local stack of the project."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.cli.deployment import Operator
from tests.integration.cli.loopback import answering
from tests.unit.cli.stack_file import write_stack_file


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project that the operator stands in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_command_reaches_the_endpoint_of_the_file_and_names_it(project: Path) -> None:
    asked: list[bytes] = []

    def table(body: bytes) -> bytes:
        asked.append(body)
        return b"{}"

    with answering(table) as endpoint:
        write_stack_file(project, aws_endpoint_url=endpoint)
        run = Operator().types("account", "show", "anyone")
    assert run.exit_code == 1
    assert run.stderr.splitlines()[0] == f"target: local stack at {endpoint}"
    assert "no account anyone" in run.stderr
    (request,) = map(json.loads, asked)
    assert request["TableName"] == "the-WalletsTable"


def test_config_show_tells_no_secret_of_the_file(project: Path) -> None:
    write_stack_file(project)
    run = Operator().types("config", "show", "--json")
    assert run.exit_code == 0
    assert run.data["is_local"] is True
    assert run.data["public_base_url"] == "http://127.0.0.1:8080"
    assert "secret" not in run.stdout.replace("secret_id", "").replace("the-SecretId", "")


def test_a_stack_that_is_down_is_told_with_the_way_to_start_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)  # between its retries
    with answering(lambda _: b"{}") as endpoint:
        pass  # its port is free again
    write_stack_file(project, aws_endpoint_url=endpoint)
    run = Operator().types("account", "show", "anyone", "--json")
    assert run.exit_code == 1
    error = json.loads(run.stderr.splitlines()[-1])["error"]
    assert error["code"] == "unreachable"
    assert "make up" in error["message"]


def test_a_tampered_file_grants_nothing_anywhere(project: Path) -> None:
    write_stack_file(project, aws_endpoint_url="https://dynamodb.eu-west-1.amazonaws.com")
    run = Operator().types("wallet", "add", "demo", "1000", "--reference", "gift")
    assert run.exit_code == 1
    assert "not a loopback address" in run.stderr
    assert "target:" not in run.stderr


def test_without_a_target_the_message_says_what_to_do(project: Path) -> None:
    run = Operator().types("account", "list", "--json")
    assert run.exit_code == 1
    assert json.loads(run.stderr)["error"]["code"] == "no_target"


def test_options_of_aws_without_a_profile_are_wrong_usage(project: Path) -> None:
    write_stack_file(project)
    run = Operator().types("account", "list", "--stage", "prod")
    assert run.exit_code == 2
    assert "--profile" in run.stderr
