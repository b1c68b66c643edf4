"""docs/cli.md: every command line on the page works, and every command is on the page."""

from __future__ import annotations

import shlex
from pathlib import Path
from string import Template
from typing import Any
from unittest.mock import Mock

import pytest
import typer

from cli.main import app
from tests.integration.cli.deployment import Operator
from tests.integration.cli.world import a_delivery, delivered_while_waiting, fail_over, journal, succeed
from tidegate.adapters.providers.protocol import KeyTest
from tidegate.adapters.providers.registry import ProviderRegistry
from tidegate.domain.generation import Generation
from tidegate.domain.webhooks import Event
from tidegate.runtime import Runtime

PAGE = Path(__file__).parents[3] / "docs" / "cli.md"
LINES = [line.removeprefix("$ ") for line in PAGE.read_text().splitlines() if line.startswith("$ ")]

CREDENTIALS = "a-key\nwhsec_c2VjcmV0\n"  # what `provider set-key` reads


@pytest.fixture
def names(
    operator: Operator, runtime: Runtime, account_id: str, generation: Generation, endpoint_id: str
) -> dict[str, str]:
    """What the variables on the page stand for."""
    fail_over(runtime, generation)
    succeed(runtime, generation)
    journal(runtime, account_id)
    key = operator.asks("key", "create", account_id, "--surface", "babysea", "--preset", "read_only")
    project = operator.asks("project", "create", account_id, "--name", "Site")
    delivery = a_delivery(account_id, endpoint_id)
    runtime.webhooks.create_delivery(delivery)
    return {
        "ACCOUNT": account_id,
        "GENERATION": generation.generation_id,
        "KEY": key["key_id"],
        "PROJECT": project["path"],
        "ENDPOINT": endpoint_id,
        "DELIVERY": delivery.key.delivery_id,
    }


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_the_page_works(
    operator: Operator,
    runtime: Runtime,
    *,
    names: dict[str, str],
    published: list[Event],
    line: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delivered_while_waiting(monkeypatch, runtime, published, status_code=200, account_id=names["ACCOUNT"])
    monkeypatch.setattr(ProviderRegistry, "get", lambda *_: Mock(try_key=lambda: KeyTest.ACCEPTED))
    program, *words = shlex.split(Template(line).substitute(names))
    run = operator.types(*words, piped=CREDENTIALS)
    assert program == "tidegate"
    assert run.exit_code == 0, run.stderr
    assert run.stdout


def test_every_command_is_on_the_page() -> None:
    groups: Any = typer.main.get_command(app)
    commands = {
        f"tidegate {g} {name}"
        for g, group in groups.commands.items()
        for name in getattr(group, "commands", ())
    }
    alone = {f"tidegate {name}" for name, each in groups.commands.items() if not hasattr(each, "commands")}
    on_page = {" ".join(word for word in line.split()[:3] if not word.startswith("-")) for line in LINES}
    assert alone == {line for line in on_page if len(line.split()) < 3}
    assert commands == on_page - alone
