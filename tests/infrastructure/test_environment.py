"""Functions are told what their code asks for."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.infrastructure.synth import ROOT, Synth

PACKAGE = ROOT / "layers" / "core" / "python" / "tidegate"
OPEN = {
    "shared.not_found",
    "banatie.live_public",
    *(f"{surface}.{page}" for surface in ("babysea", "banatie", "sharkapi") for page in ("openapi", "docs")),
}
RUNTIME_FILES = ("telemetry.py", "stores.py", "messaging.py", "vendors.py", "runtime.py")
RUNTIME_NAMES = {"runtime", "services", "self"}


@cache
def settings_of(member: str) -> frozenset[str]:
    """The settings that a member of ``Runtime`` reads, itself or through other members."""
    definition = _runtime_members().get(member)
    if definition is None:
        return frozenset()
    named = {
        node.args[0].value
        for node in ast.walk(definition)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "self.setting"
        and isinstance(node.args[0], ast.Constant)
    }
    through = [settings_of(other) for other in _members_used(definition) if other not in {member, "setting"}]
    return frozenset(str(name) for name in named).union(*through)


@cache
def _runtime_members() -> dict[str, ast.FunctionDef]:
    classes = [
        node
        for file in RUNTIME_FILES
        for node in ast.parse((PACKAGE / file).read_text()).body
        if isinstance(node, ast.ClassDef)
    ]
    return {node.name: node for each in classes for node in each.body if isinstance(node, ast.FunctionDef)}


def _members_used(tree: ast.AST) -> set[str]:
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in RUNTIME_NAMES
    }


def _files(function: str) -> Iterator[Path]:
    """A function's file, and the modules of its surface that it hands the runtime to."""
    file = (ROOT / "functions" / Path(*function.split("."))).with_suffix(".py")
    yield file
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tidegate.surfaces."):
            imported = PACKAGE.parent.joinpath(*str(node.module).split(".")).with_suffix(".py")
            if imported.is_file():
                yield imported


def asked_for(function: str) -> set[str]:
    """Every ``TIDEGATE_`` variable that the function's code can ask for."""
    members = set().union(*(_members_used(ast.parse(file.read_text())) for file in _files(function)))
    if function in OPEN:  # they authenticate nobody, though their decorator's neighbour does
        members -= {"keys", "usage"}
    members -= {"moderator", "enhancer"}  # only where they are configured: see their tests
    return {f"TIDEGATE_{name}" for member in members for name in settings_of(member)}


def told(synth: Synth, function: str) -> dict[str, object]:
    variables: dict[str, object] = synth.functions()[function].props["Environment"]["Variables"]
    return variables


FUNCTIONS = sorted(
    f"{file.parent.name}.{file.stem}"
    for file in (ROOT / "functions").glob("*/*.py")
    if file.stem != "__init__"
)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_told_everything_that_its_code_asks_for(prod: Synth, function: str) -> None:
    assert asked_for(function) <= set(told(prod, function))


def test_the_analysis_of_the_runtime_sees_through_its_members() -> None:
    assert "GENERATIONS_TABLE" in settings_of("attempt_context")
    assert {"SECRET_ID", "PROVIDER_BASE_URLS", "ALLOWED_PRIVATE_HOSTS"} <= settings_of("providers")


def test_variables_name_the_resources_that_they_say(prod: Synth) -> None:
    failures = {
        ("TIDEGATE_FAILURES_QUEUE_URL", f"{name}FailuresQueue")
        for name in ("Outbox", "Telemetry", "Journal", "Alerts")
    }
    names = {
        "TIDEGATE_KEYS_TABLE": "KeysTable",
        "TIDEGATE_WALLETS_TABLE": "WalletsTable",
        "TIDEGATE_GENERATIONS_TABLE": "GenerationsTable",
        "TIDEGATE_WEBHOOKS_TABLE": "WebhooksTable",
        "TIDEGATE_TELEMETRY_TABLE": "TelemetryTable",
        "TIDEGATE_LIBRARY_TABLE": "LibraryTable",
        "TIDEGATE_LIBRARY_WAIT_S": "25",
        "TIDEGATE_OUTPUTS_BUCKET": "OutputsBucket",
        "TIDEGATE_BEDROCK_OUTPUTS": "s3://OutputsBucket/bedrock",
        "TIDEGATE_ATTEMPTS_QUEUE_URL": "AttemptsQueue",
        "TIDEGATE_EVENTS_QUEUE_URL": "EventsQueue",
        "TIDEGATE_ENDINGS_QUEUE_URL": "EndingsQueue",
        "TIDEGATE_DELIVERIES_QUEUE_URL": "DeliveriesQueue",
        "TIDEGATE_DELIVERIES_QUEUE_ARN": "DeliveriesQueue",
        "TIDEGATE_DELIVERIES_DEAD_LETTERS_ARN": "DeliveriesDeadLettersQueue",
        "TIDEGATE_SCHEDULES_GROUP": "RetriesGroup",
        "TIDEGATE_SCHEDULES_ROLE_ARN": "RetriesRole",
        "TIDEGATE_STATE_MACHINE_ARN": "MachineGeneration",
        "TIDEGATE_EVENT_BUS_NAME": "EventsBus",
        "TIDEGATE_SECRET_ID": "CredentialsSecret",
        "TIDEGATE_PUBLIC_BASE_URL": "FrontDoorApi",
        "TIDEGATE_STAGE": "prod",
        "TIDEGATE_REGION_LABEL": "us",
        "TIDEGATE_PROVIDER_BASE_URLS": "{}",
        "TIDEGATE_ALLOWED_PRIVATE_HOSTS": "",
        "TIDEGATE_WORKER_TIMEOUT_SECONDS": "360",
    }
    found = {
        (name, prod.text(value))
        for function in prod.functions()
        for name, value in told(prod, function).items()
        if name.startswith("TIDEGATE_")
    }
    assert found == {*names.items(), *failures}


def test_only_the_local_stage_is_told_of_private_addresses(local: Synth) -> None:
    variables = told(local, "delivery.deliver")
    assert variables["TIDEGATE_ALLOWED_PRIVATE_HOSTS"] == "127.0.0.1:8090,127.0.0.1:8091"
    assert variables["TIDEGATE_PUBLIC_BASE_URL"] == "http://127.0.0.1:8080"
    base_urls = json.loads(str(variables["TIDEGATE_PROVIDER_BASE_URLS"]))
    assert base_urls == {"replicate": "http://127.0.0.1:8090/replicate/v1"}


def test_webhook_times_are_productions_own_on_aws_and_short_locally(prod: Synth, local: Synth) -> None:
    assert "TIDEGATE_WEBHOOK_TIMES" not in told(prod, "delivery.deliver")
    assert told(local, "delivery.deliver")["TIDEGATE_WEBHOOK_TIMES"] == "3:10:15,20"


def test_every_function_is_told_of_a_retention_that_was_set(plain: Synth) -> None:
    for function in plain.functions():
        assert told(plain, function)["TIDEGATE_RETENTION"] == "hosted,30d:never"


def test_no_secret_value_is_in_the_environment(prod: Synth) -> None:
    for function in prod.functions():
        assert "resolve:secretsmanager" not in json.dumps(told(prod, function))
