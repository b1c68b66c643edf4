"""An AWS account in this process (moto) with the resources of a cell, for counting. It reaches no network."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from botocore.session import Session, get_session
from moto import mock_aws

from tests.integration.tables import create_tables
from tidegate.runtime import Runtime

DEFINITION: Final = Path(__file__).parents[1] / "infra" / "state_machine" / "generation.asl.json"
_REGION: Final = "us-east-1"
_SECRET: Final = '{"sealing_key": "0123456789abcdef0123456789abcdef", "providers": {}}'  # noqa: S105  of nothing
_DUMMY: Final = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": _REGION,
    "AWS_REGION": _REGION,
}


@contextmanager
def in_process() -> Iterator[Runtime]:
    """Yield the functions' view of a fresh account."""
    session = get_session()
    redirected = [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]
    with patch.dict(os.environ, _DUMMY), mock_aws():
        for name in redirected:
            del os.environ[name]
        yield Runtime(_create_resources(session), session)


def _create_resources(session: Session) -> dict[str, str]:
    def client(service: str) -> Any:
        return session.create_client(service)

    create_tables(client("dynamodb"))
    client("s3").create_bucket(Bucket="outputs")
    client("events").create_event_bus(Name="tidegate")
    sqs = client("sqs")
    machine = client("stepfunctions").create_state_machine(
        name="generation",
        definition=DEFINITION.read_text(encoding="utf-8"),
        roleArn="arn:aws:iam::123456789012:role/machine",
    )
    secret = client("secretsmanager").create_secret(Name="tidegate", SecretString=_SECRET)
    return {
        "TIDEGATE_STAGE": "bench",
        "TIDEGATE_KEYS_TABLE": "keys",
        "TIDEGATE_WALLETS_TABLE": "wallets",
        "TIDEGATE_GENERATIONS_TABLE": "generations",
        "TIDEGATE_TELEMETRY_TABLE": "telemetry",
        "TIDEGATE_WEBHOOKS_TABLE": "webhooks",
        "TIDEGATE_LIBRARY_TABLE": "library",
        "TIDEGATE_OUTPUTS_BUCKET": "outputs",
        "TIDEGATE_ATTEMPTS_QUEUE_URL": sqs.create_queue(QueueName="attempts")["QueueUrl"],
        "TIDEGATE_DELIVERIES_QUEUE_URL": sqs.create_queue(QueueName="deliveries")["QueueUrl"],
        "TIDEGATE_DELIVERIES_QUEUE_ARN": "arn:aws:sqs:us-east-1:123456789012:deliveries",
        "TIDEGATE_DELIVERIES_DEAD_LETTERS_ARN": "arn:aws:sqs:us-east-1:123456789012:deliveries-dead",
        "TIDEGATE_SCHEDULES_GROUP": "default",
        "TIDEGATE_SCHEDULES_ROLE_ARN": "arn:aws:iam::123456789012:role/schedules",
        "TIDEGATE_EVENT_BUS_NAME": "tidegate",
        "TIDEGATE_SECRET_ID": secret["ARN"],
        "TIDEGATE_STATE_MACHINE_ARN": machine["stateMachineArn"],
        "TIDEGATE_PUBLIC_BASE_URL": "https://api.example.com",
    }
