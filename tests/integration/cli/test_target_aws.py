"""Finding a cell on AWS by a profile and CloudFormation's outputs."""

from __future__ import annotations

import pytest

from tests.integration.cli.cloudformation import Stack
from tests.integration.cli.deployment import Operator, cell_stacks
from tidegate.runtime import Runtime


def test_a_command_reaches_the_cell_and_names_it_on_stderr(aws_operator: Operator, runtime: Runtime) -> None:
    run = aws_operator.types("account", "create", "Acme", "--json")
    assert run.exit_code == 0
    assert runtime.wallets.get(run.data["account_id"]) is not None
    assert run.stderr.strip() == "target: AWS account 123456789012 (profile acme), us-east-1, prod/us"


def test_config_show_names_the_resources(aws_operator: Operator, aws: dict[str, str]) -> None:
    shown = aws_operator.asks("config", "show")
    assert shown["is_local"] is False
    assert shown["wallets_table"] == aws["TIDEGATE_WALLETS_TABLE"]
    assert shown["attempts_queue_url"] == aws["TIDEGATE_ATTEMPTS_QUEUE_URL"]
    assert (shown["stage"], shown["region_label"]) == ("prod", "us")


def test_among_several_cells_one_must_be_named(
    aws_operator: Operator, stacks: list[Stack], aws: dict[str, str]
) -> None:
    stacks += cell_stacks(aws, "staging", "eu")
    run = aws_operator.types("account", "list")
    assert run.exit_code == 1
    assert "prod/us, staging/eu" in run.stderr
    assert aws_operator.asks("config", "show", "--stage", "staging")["stage"] == "staging"
    assert aws_operator.asks("config", "show", "--cell", "EU")["region_label"] == "eu"


@pytest.mark.parametrize("words", [("--stage", "demo"), ("--cell", "jp")])
def test_a_cell_that_is_not_there_is_refused(aws_operator: Operator, words: tuple[str, ...]) -> None:
    run = aws_operator.types("account", "list", *words)
    assert run.exit_code == 1
    assert "no such Tidegate cell" in run.stderr


def test_an_unfinished_deployment_is_refused_with_what_it_lacks(
    aws_operator: Operator, stacks: list[Stack]
) -> None:
    del stacks[2]
    run = aws_operator.types("account", "list")
    assert run.exit_code == 1
    assert "AttemptsQueueUrl" in run.stderr


def test_a_profile_that_does_not_exist_is_refused(
    aws_operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    run = aws_operator.types("account", "list")
    assert run.exit_code == 1
    assert "no AWS profile 'acme'" in run.stderr


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"])
def test_a_profile_is_never_redirected_by_the_environment(
    aws_operator: Operator, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:4566")
    run = aws_operator.types("account", "list")
    assert run.exit_code == 1
    assert f"{name} would send AWS requests elsewhere" in run.stderr


def test_a_table_that_is_gone_is_told_as_aws_tells_it(
    aws_operator: Operator, stacks: list[Stack], aws: dict[str, str]
) -> None:
    stacks[:] = cell_stacks({**aws, "TIDEGATE_WALLETS_TABLE": "gone"})
    run = aws_operator.types("account", "show", "anyone", "--json")
    assert run.exit_code == 1
    assert '"code": "ResourceNotFoundException"' in run.stderr
