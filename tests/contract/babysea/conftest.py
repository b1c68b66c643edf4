"""A gateway to speak to. One in-process AWS serves a module: each test opens an account of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.session import get_session
from moto import mock_aws

from tests.contract.babysea.gateway import NOW_MS, Clock, Gateway
from tests.contract.babysea.pictures import Pictures, picture_server
from tests.integration.tables import create_tables

REGION = "us-east-1"


@pytest.fixture(scope="session")
def pictures() -> Iterator[Pictures]:
    """Where pictures can be had that a caller sends along."""
    with picture_server() as pictures:
        yield pictures


@pytest.fixture(scope="module")
def environment(pictures: Pictures) -> Iterator[dict[str, str]]:
    """The functions' environment over a fresh AWS in-process."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        create_tables(_client("dynamodb"))
        _client("s3").create_bucket(Bucket="outputs")
        queue = _client("sqs").create_queue(QueueName="attempts")
        secret = _client("secretsmanager").create_secret(
            Name="credentials", SecretString='{"sealing_key": "sixteen bytes or more", "providers": {}}'
        )
        yield {
            "TIDEGATE_KEYS_TABLE": "keys",
            "TIDEGATE_WALLETS_TABLE": "wallets",
            "TIDEGATE_GENERATIONS_TABLE": "generations",
            "TIDEGATE_TELEMETRY_TABLE": "telemetry",
            "TIDEGATE_LIBRARY_TABLE": "library",
            "TIDEGATE_OUTPUTS_BUCKET": "outputs",
            "TIDEGATE_BEDROCK_OUTPUTS": "s3://outputs/bedrock",
            "TIDEGATE_ATTEMPTS_QUEUE_URL": queue["QueueUrl"],
            "TIDEGATE_ENDINGS_QUEUE_URL": queue["QueueUrl"],
            "TIDEGATE_SECRET_ID": secret["ARN"],
            "TIDEGATE_PUBLIC_BASE_URL": "https://api.example.com",
            "TIDEGATE_ALLOWED_PRIVATE_HOSTS": pictures.host,
        }


def _client(service: str) -> Any:
    return get_session().create_client(service, region_name=REGION)


@pytest.fixture(scope="module")
def runtime(environment: dict[str, str]) -> Clock:
    """A runtime over that AWS, whose time stands still."""
    return Clock(environment)


@pytest.fixture
def gateway(runtime: Clock) -> Gateway:
    """A gateway with one account that holds one credit."""
    runtime.time_ms = NOW_MS
    return Gateway(runtime)
