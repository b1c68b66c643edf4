"""The emulator really stopped and started again. Fails when another release of it behaves otherwise."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from cli.target_local import LocalSession
from local.stack import emulator
from local.stack.environment import REGION
from local.stack.ports import Ports
from local.stack.restart import forget_stream_positions
from local.stack.service import Service, Spec
from local.stack.waiting import wait_until

COPIED: Final = 20.0  # seconds for a change to come through the stream
COPY: Final = """
from botocore.session import get_session
def handler(event, context):
    client = get_session().create_client("dynamodb")
    for record in event["Records"]:
        client.put_item(TableName="copies", Item=record["dynamodb"]["Keys"])
    print("copied")
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "stack"


@pytest.fixture
def spec(directory: Path) -> Spec:
    return emulator.spec(directory, Ports.automatic().emulator)


@pytest.fixture
def service(directory: Path, spec: Spec) -> Iterator[Service]:
    service = Service("emulator", directory)
    service.ensure(spec)
    yield service
    service.stop()


def client(spec: Spec, name: str) -> Any:
    return LocalSession(f"http://127.0.0.1:{spec.port}", REGION).create_client(name)


def role(spec: Spec) -> str:
    """Make a role that may read the stream and write the copies: the emulator enforces it."""
    iam = client(spec, "iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    rights = {"Effect": "Allow", "Action": ["dynamodb:*", "logs:*"], "Resource": "*"}
    made = iam.create_role(RoleName="copy", AssumeRolePolicyDocument=policy(trust))
    iam.put_role_policy(RoleName="copy", PolicyName="copy", PolicyDocument=policy(rights))
    return str(made["Role"]["Arn"])


def policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def deploy(spec: Spec) -> None:
    dynamodb = client(spec, "dynamodb")
    for name, stream in (
        ("originals", {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}),
        ("copies", None),
    ):
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            **({"StreamSpecification": stream} if stream else {}),
        )
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("copy_keys.py", COPY)
    functions = client(spec, "lambda")
    functions.create_function(
        FunctionName="copy",
        Runtime="python3.13",
        Role=role(spec),
        Handler="copy_keys.handler",
        Code={"ZipFile": code.getvalue()},
        Timeout=20,
    )
    stream_arn = dynamodb.describe_table(TableName="originals")["Table"]["LatestStreamArn"]
    functions.create_event_source_mapping(
        EventSourceArn=stream_arn, FunctionName="copy", StartingPosition="TRIM_HORIZON"
    )


def write(spec: Spec, name: str) -> None:
    client(spec, "dynamodb").put_item(TableName="originals", Item={"id": {"S": name}})


def is_copied(spec: Spec, name: str) -> bool:
    answer = client(spec, "dynamodb").get_item(TableName="copies", Key={"id": {"S": name}})
    return "Item" in answer


def test_what_it_held_is_there_after_a_restart_and_its_streams_go_on(
    service: Service, spec: Spec, directory: Path
) -> None:
    deploy(spec)
    write(spec, "before")
    assert wait_until(lambda: is_copied(spec, "before"), COPIED)

    started = time.time()
    assert service.stop(emulator.STOP_TIMEOUT_S) is True
    assert emulator.has_saved_since(directory, started)
    forget_stream_positions(directory)
    service.ensure(spec)

    assert is_copied(spec, "before")
    write(spec, "after")
    assert wait_until(lambda: is_copied(spec, "after"), COPIED)


def test_its_lambda_workers_are_known_and_end_with_it(service: Service, spec: Spec) -> None:
    deploy(spec)
    write(spec, "one")
    assert wait_until(lambda: is_copied(spec, "one"), COPIED)
    (worker,) = service.workers()
    service.stop(emulator.STOP_TIMEOUT_S)
    assert not worker.is_alive()


def test_one_that_was_killed_has_not_saved(service: Service, spec: Spec, directory: Path) -> None:
    deploy(spec)
    service.kill()
    started = service.ended_alone()
    assert started is not None
    assert not emulator.has_saved_since(directory, started)
