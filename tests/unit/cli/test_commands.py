"""What all commands have in common."""

from __future__ import annotations

from typing import Any, get_args

import pytest
import typer
from typer.testing import CliRunner

from cli.key_commands import PresetName
from cli.main import app
from tidegate.domain.keys import PRESETS


def _commands() -> dict[str, Any]:
    groups: Any = typer.main.get_command(app)
    alone = {name: each for name, each in groups.commands.items() if not hasattr(each, "commands")}
    return alone | {
        f"{group_name} {name}": command
        for group_name, group in groups.commands.items()
        if group_name not in alone
        for name, command in group.commands.items()
    }


def _options(command: Any) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts}


@pytest.mark.parametrize("name", sorted(_commands()))
def test_every_command_explains_itself_and_speaks_json(name: str) -> None:
    command = _commands()[name]
    result = CliRunner().invoke(app, [*name.split(), "--help"])
    assert result.exit_code == 0
    assert command.help
    assert "--json" in _options(command)


def test_every_command_that_asks_a_deployment_takes_a_target() -> None:
    without = {name for name, command in _commands().items() if "--profile" not in _options(command)}
    assert without == {"catalog check", "catalog page", "cost"}


def test_the_presets_on_offer_are_the_domains() -> None:
    assert get_args(PresetName) == tuple(PRESETS)


@pytest.mark.parametrize(
    "words", [["account", "destroy"], ["nonsense"], ["account", "list", "--limit", "many"]]
)
def test_wrong_usage_exits_with_two(words: list[str]) -> None:
    assert CliRunner().invoke(app, words).exit_code == 2
