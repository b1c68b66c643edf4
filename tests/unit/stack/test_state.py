"""What is written down in the state directory."""

from __future__ import annotations

import json
import multiprocessing
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from local.stack import Ports, Stack, StackInfo
from local.stack.errors import Busy, NotLoopback
from local.stack.lock import locked
from local.stack.restart import forget_stream_positions
from local.stack.services import Urls
from tidegate.adapters.providers.registry import BUILDERS

INFO = StackInfo(
    base_url="http://127.0.0.1:8080",
    keys={"babysea": "bye_x", "babysea_test": "bye_test_x", "banatie": "bnt_x", "sharkapi": "sk_live_x"},
    account_id="account",
    webhook_secret="whsec_x",
    webhook_endpoint_id="endpoint",
    webhook_url="http://127.0.0.1:8091/webhooks/babysea",
    simulator_url="http://127.0.0.1:8090",
    receiver_url="http://127.0.0.1:8091",
    aws_endpoint_url="http://127.0.0.1:4566",
    region="us-east-1",
    outputs={
        "KeysTable": "keys",
        "WalletsTable": "wallets",
        "GenerationsTable": "generations",
        "WebhooksTable": "webhooks",
        "TelemetryTable": "telemetry",
        "LibraryTable": "library",
        "OutputsBucket": "outputs",
        "AttemptsQueueUrl": "http://127.0.0.1:4566/attempts",
        "DeliveriesQueueUrl": "http://127.0.0.1:4566/deliveries",
        "EventBusName": "bus",
        "SecretId": "secret",
        "StateMachineArn": "arn",
        "ApiUrl": "http://127.0.0.1:8080",
    },
    allowed_private_hosts=("127.0.0.1:8090", "127.0.0.1:8091"),
)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    INFO.write(tmp_path)
    assert StackInfo.read(tmp_path) == INFO


def test_tools_outside_find_the_names_that_they_rely_on(tmp_path: Path) -> None:
    INFO.write(tmp_path)
    stored = json.loads((tmp_path / "tidegate.json").read_text())
    assert set(stored["keys"]) == {"babysea", "babysea_test", "banatie", "sharkapi"}
    assert {"base_url", "account_id", "webhook_secret", "simulator_url", "aws_endpoint_url"} <= stored.keys()


def test_nobody_else_may_read_the_keys(tmp_path: Path) -> None:
    INFO.write(tmp_path)
    assert stat.S_IMODE((tmp_path / "tidegate.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"base_url": "x"}'])
def test_a_file_of_another_version_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "tidegate.json").write_text(text)
    assert StackInfo.read(tmp_path) is None


def test_the_keys_are_not_in_its_text() -> None:
    assert "bye_x" not in repr(INFO)
    assert "whsec_x" not in repr(INFO)


def test_a_runtime_of_another_machine_is_refused() -> None:
    elsewhere = replace(INFO, aws_endpoint_url="https://dynamodb.us-east-1.amazonaws.com")
    with pytest.raises(NotLoopback):
        elsewhere.runtime()


def test_the_deployed_functions_may_call_the_simulator_and_the_receiver_and_nothing_else_private() -> None:
    context = Urls.of(Ports(1, 2, 3, 4)).context()
    assert context["allowed_private_hosts"] == "127.0.0.1:3,127.0.0.1:4"
    assert context["public_base_url"] == "http://127.0.0.1:2"
    assert set(json.loads(context["provider_base_urls"])) == {*BUILDERS, "fal_jwks", "google_jwks", "stripe"}


def test_the_ports_of_the_last_run_are_taken_again(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text('{"emulator": 1, "proxy": 2, "simulator": 3, "receiver": 4}')
    assert Stack(tmp_path).ports == Ports(1, 2, 3, 4)
    assert Stack(tmp_path, Ports()).ports == Ports()


def test_a_stack_that_was_never_up_runs_nothing(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "new")
    assert set(stack.status().values()) == {None}
    assert stack.info is None
    assert stack.lambda_workers() == []
    stack.down()


def test_a_second_run_on_the_same_directory_is_refused(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(Busy, match=r"Another run \(pid \d+\)"), locked(tmp_path):
        pytest.fail("both hold the lock")


def test_the_lock_of_a_dead_run_is_free(tmp_path: Path) -> None:
    holder = multiprocessing.get_context("spawn").Process(target=_lock_and_die, args=(tmp_path,))
    holder.start()
    holder.join()
    with locked(tmp_path):
        assert (tmp_path / "lock").exists()


def _lock_and_die(directory: Path) -> None:
    lock = locked(directory)
    lock.__enter__()


def test_only_the_stream_positions_are_forgotten_between_two_runs(tmp_path: Path) -> None:
    state = tmp_path / "emulator" / "state"
    state.mkdir(parents=True)
    positions = {"__account_region_scoped__": True, "data": {"000000000000\0us-east-1\0'id'": 7}}
    kept = {"functions": {"f": 1}, "kinesis_positions": positions}
    text = json.dumps({"payload": {**kept, "dynamodb_stream_positions": positions}})
    (state / "lambda.json").write_text(text)
    forget_stream_positions(tmp_path)
    payload = json.loads((state / "lambda.json").read_text())["payload"]
    assert payload == {
        **kept,
        "dynamodb_stream_positions": {"__account_region_scoped__": True, "data": {}},
    }


def test_without_a_saved_state_there_is_nothing_to_forget(tmp_path: Path) -> None:
    forget_stream_positions(tmp_path)
