"""Which target a command gets: the local stack or AWS, never both, and never a guess."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from cli.choose import Choice, choose
from cli.refusal import Refused
from cli.target import Target
from tests.unit.cli.stack_file import write_stack_file


@pytest.fixture
def aws_choices(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """AWS targets that were asked for; none is real."""
    asked: list[tuple[object, ...]] = []

    def target(*options: object) -> Target:
        asked.append(options)
        return Target("AWS", {}, None, is_local=False)  # type: ignore[arg-type]

    monkeypatch.setattr("cli.choose.aws_target", target)
    return asked


def test_the_local_stack_of_the_project_is_the_default(tmp_path: Path) -> None:
    write_stack_file(tmp_path)
    target = choose(Choice(), tmp_path)
    assert target.is_local
    assert target.label == "local stack at http://127.0.0.1:4566"
    assert target.account_id == "demo-account"


def test_it_is_found_from_a_folder_inside_the_project(tmp_path: Path) -> None:
    write_stack_file(tmp_path)
    inside = tmp_path / "docs" / "adr"
    inside.mkdir(parents=True)
    assert choose(Choice(), inside).is_local


def test_the_stack_of_another_project_further_up_is_not_ours(tmp_path: Path) -> None:
    write_stack_file(tmp_path)
    project = tmp_path / "project"
    project.mkdir()
    project.joinpath("pyproject.toml").touch()
    with pytest.raises(Refused, match="no target"):
        choose(Choice(), project)


def test_a_profile_chooses_aws_even_beside_a_local_stack(
    tmp_path: Path, aws_choices: list[tuple[object, ...]]
) -> None:
    write_stack_file(tmp_path)
    target = choose(Choice("acme", "eu-west-1", "prod", "eu"), tmp_path)
    assert not target.is_local
    assert aws_choices == [("acme", "eu-west-1", "prod", "eu")]


def test_an_aws_profile_of_the_environment_chooses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aws_choices: list[tuple[object, ...]]
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "acme")
    with pytest.raises(Refused, match="no target"):
        choose(Choice(), tmp_path)
    assert aws_choices == []


def test_with_neither_the_message_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"make up.*--profile") as refused:
        choose(Choice(), tmp_path)
    assert refused.value.code == "no_target"


@pytest.mark.parametrize("choice", [Choice(region="eu-west-1"), Choice(stage="prod"), Choice(cell="eu")])
def test_options_of_aws_without_a_profile_are_wrong_usage(tmp_path: Path, choice: Choice) -> None:
    write_stack_file(tmp_path)
    with pytest.raises(typer.BadParameter, match="--profile"):
        choose(choice, tmp_path)


def test_another_stack_of_this_machine_is_named_by_its_folder(tmp_path: Path) -> None:
    write_stack_file(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert choose(Choice(stack=tmp_path / ".local"), elsewhere).is_local
    with pytest.raises(Refused, match="make up"):
        choose(Choice(stack=elsewhere), tmp_path)


def test_a_profile_and_a_stack_contradict_each_other(
    tmp_path: Path, aws_choices: list[tuple[object, ...]]
) -> None:
    with pytest.raises(typer.BadParameter, match="one of them"):
        choose(Choice("acme", stack=tmp_path), tmp_path)
    assert aws_choices == []
