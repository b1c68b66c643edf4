"""A cell on the in-process AWS, and an operator with a profile for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from cli.main import app
from tests.integration.cli.cloudformation import Stack

PROFILE = "acme"
_DATA = (
    "KeysTable",
    "WalletsTable",
    "GenerationsTable",
    "WebhooksTable",
    "TelemetryTable",
    "LibraryTable",
    "OutputsBucket",
    "ApiUrl",
)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def data(self) -> Any:
        """The answer of a run with ``--json``: exactly one line."""
        (line,) = self.stdout.splitlines()
        return json.loads(line)

    @property
    def lines(self) -> list[Any]:
        """The answer of a command that prints a line per change."""
        return [json.loads(line) for line in self.stdout.splitlines()]


@dataclass(frozen=True, slots=True)
class Operator:
    """Types commands, each ending with the same options for the target."""

    target: tuple[str, ...] = ()

    def types(self, *words: str, piped: str | None = None) -> Run:
        """Run ``tidegate`` with these words, and with ``piped`` on its stdin."""
        result = CliRunner().invoke(app, [*words, *self.target], input=piped)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Run(result.exit_code, result.stdout, result.stderr)

    def asks(self, *words: str) -> Any:
        """Run a command that succeeds and return its JSON."""
        run = self.types(*words, "--json")
        assert run.exit_code == 0, run.stderr
        return run.data


def cell_stacks(env: Mapping[str, str], stage: str = "prod", cell: str = "us") -> list[Stack]:
    """The stacks that would have made the resources of ``env``."""
    tags = {"tidegate:stage": stage, "tidegate:cell": cell}
    prefix = f"Tidegate-{stage.capitalize()}-{cell.capitalize()}"
    outputs = {
        "KeysTable": env["TIDEGATE_KEYS_TABLE"],
        "WalletsTable": env["TIDEGATE_WALLETS_TABLE"],
        "GenerationsTable": env["TIDEGATE_GENERATIONS_TABLE"],
        "WebhooksTable": env["TIDEGATE_WEBHOOKS_TABLE"],
        "TelemetryTable": env["TIDEGATE_TELEMETRY_TABLE"],
        "LibraryTable": env["TIDEGATE_LIBRARY_TABLE"],
        "OutputsBucket": env["TIDEGATE_OUTPUTS_BUCKET"],
        "ApiUrl": env["TIDEGATE_PUBLIC_BASE_URL"],
        "SecretId": env["TIDEGATE_SECRET_ID"],
        "EventBusName": env["TIDEGATE_EVENT_BUS_NAME"],
        "AttemptsQueueUrl": env["TIDEGATE_ATTEMPTS_QUEUE_URL"],
        "DeliveriesQueueUrl": env["TIDEGATE_DELIVERIES_QUEUE_URL"],
        "StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:failover",
    }
    data = {key: value for key, value in outputs.items() if key in _DATA}
    rest = {key: value for key, value in outputs.items() if key not in _DATA}
    return [
        Stack("SomebodyElses", {"team": "other"}, {"KeysTable": "not-ours"}),
        Stack(f"{prefix}-Data", tags, data),
        Stack(f"{prefix}-Pipeline", tags, rest),
    ]


def write_profile(folder: Path, endpoint: str) -> Path:
    """Write an AWS config whose profile sends CloudFormation, and nothing else, to ``endpoint``."""
    file = folder / "aws-config"
    file.write_text(
        f"[profile {PROFILE}]\n"
        "region = us-east-1\naws_access_key_id = testing\naws_secret_access_key = testing\n"
        f"services = stub\n[services stub]\ncloudformation =\n  endpoint_url = {endpoint}\n"
    )
    return file
