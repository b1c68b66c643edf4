"""AWS in-process: moto, with the tables of the real schema."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.session import get_session
from moto import mock_aws

from tests.integration.tables import create_tables
from tidegate.runtime import Runtime

REGION = "us-east-1"
SESSION = get_session()  # shared: reading the service models is what makes a client slow


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A fresh AWS account in-process with all resources; yields the functions' environment."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "POWERTOOLS_METRICS_NAMESPACE": "tidegate",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        env = _create_resources()
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        yield env


@pytest.fixture
def runtime(aws: dict[str, str]) -> Runtime:
    """A runtime over the in-process AWS."""
    return Runtime(aws, SESSION)


def _client(service: str) -> Any:
    return SESSION.create_client(service, region_name=REGION)


def _create_resources() -> dict[str, str]:
    create_tables(_client("dynamodb"))
    sqs, s3 = _client("sqs"), _client("s3")
    s3.create_bucket(Bucket="outputs")
    bus = _client("events")
    bus.create_event_bus(Name="tidegate")
    secret = _client("secretsmanager").create_secret(
        Name="tidegate", SecretString='{"sealing_key": "0123456789abcdef0123456789abcdef", "providers": {}}'
    )
    return {
        "TIDEGATE_STAGE": "test",
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
        "TIDEGATE_BEDROCK_OUTPUTS": "s3://outputs/bedrock",
        "TIDEGATE_PUBLIC_BASE_URL": "https://api.example.com",
    }
