"""The ASL file: valid, and the failover that the pipeline relies on."""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest

from infra.constructs.state_machine import DEFINITION
from tests.infrastructure.synth import ROOT, Synth

VALIDATOR = ROOT / "node_modules" / ".bin" / "asl-validator"


@pytest.fixture(scope="module")
def states() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(DEFINITION.read_text())["States"]
    return loaded


def test_the_definition_is_valid_asl() -> None:
    result = subprocess.run(  # noqa: S603  our own tool on our own file
        [str(VALIDATOR), "--json-path", str(DEFINITION)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_placeholder_is_substituted(prod: Synth) -> None:
    (machine,) = prod.all("AWS::StepFunctions::StateMachine")
    placeholders = set(re.findall(r"\$\{(\w+)}", DEFINITION.read_text()))
    given = {name: prod.text(value) for name, value in machine.props["DefinitionSubstitutions"].items()}
    assert set(given) == placeholders
    assert given == {
        "AttemptsQueueUrl": "AttemptsQueue",
        "ConcludeFunctionArn": "FunctionsPipelineConclude",
    }


def test_the_machine_is_standard_traced_and_logs_errors_without_data(prod: Synth) -> None:
    (machine,) = prod.all("AWS::StepFunctions::StateMachine")
    assert machine.props.get("StateMachineType", "STANDARD") == "STANDARD"
    assert machine.props["TracingConfiguration"] == {"Enabled": True}
    logging = machine.props["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ERROR", False)


def test_a_success_needs_no_further_transition(states: dict[str, Any]) -> None:
    assert states["Attempt"]["End"] is True


def test_an_attempt_always_ends_in_time(states: dict[str, Any]) -> None:
    assert states["Attempt"]["TimeoutSecondsPath"] == "$.attempt_timeout_s"


def test_a_failure_that_another_provider_may_mend_goes_to_the_next_one(states: dict[str, Any]) -> None:
    fail_over, give_up = states["Attempt"]["Catch"]
    assert set(fail_over["ErrorEquals"]) == {"Tidegate.FailOver", "States.Timeout"}
    assert fail_over["Next"] == "NextProvider"
    assert (give_up["ErrorEquals"], give_up["Next"]) == (["States.ALL"], "Conclude")


def test_the_next_attempt_gets_the_same_input_but_for_its_number(states: dict[str, Any]) -> None:
    sent = {key.removesuffix(".$"): value for key, value in states["NextProvider"]["Parameters"].items()}
    assert sent.pop("number") == "States.MathAdd($.number, 1)"
    kept = ("account_id", "generation_id", "providers_total", "attempt_timeout_s")
    assert sent == {name: f"$.{name}" for name in kept}


def test_what_the_worker_reports_is_never_retried_by_the_machine(states: dict[str, Any]) -> None:
    retried = {error for retrier in states["Attempt"]["Retry"] for error in retrier["ErrorEquals"]}
    assert retried
    assert all(error.startswith("SQS.") for error in retried)
