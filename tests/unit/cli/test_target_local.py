"""The local target: whatever stands in its file or in the environment, it stays on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.refusal import Refused
from cli.target_local import LocalSession, local_target
from tests.unit.cli.stack_file import ENDPOINT, write_stack_file

SERVICES = ("dynamodb", "sqs", "s3", "events", "secretsmanager", "stepfunctions")


def test_the_outputs_become_the_runtimes_settings(tmp_path: Path) -> None:
    env = local_target(write_stack_file(tmp_path)).env
    assert env["TIDEGATE_KEYS_TABLE"] == "the-KeysTable"
    assert env["TIDEGATE_DELIVERIES_QUEUE_URL"] == "the-DeliveriesQueueUrl"
    assert env["TIDEGATE_STATE_MACHINE_ARN"] == "the-StateMachineArn"
    assert env["TIDEGATE_PUBLIC_BASE_URL"] == "http://127.0.0.1:8080"
    assert env["TIDEGATE_ALLOWED_PRIVATE_HOSTS"] == "127.0.0.1:8090,127.0.0.1:8091"
    assert env["TIDEGATE_STAGE"] == "local"


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://dynamodb.us-east-1.amazonaws.com",
        "http://dynamodb.us-east-1.amazonaws.com",
        "http://127.0.0.1@evil.example",
        "http://user:pw@127.0.0.1:4566",
        "http://127.0.0.1.evil.example:4566",
        "http://localhost:4566",
        "http://10.0.0.1:4566",
        "http://169.254.169.254",
        "http://0.0.0.0:4566",
        "http://[::ffff:8.8.8.8]:4566",
        "http://127.0.0.1:4566/path",
        "http://127.0.0.1:nonsense",
        "http://[",
        "file:///etc/passwd",
        "127.0.0.1:4566",
        "",
        None,
        {"not": "text"},
    ],
)
def test_a_tampered_endpoint_is_refused(tmp_path: Path, endpoint: object) -> None:
    file = write_stack_file(tmp_path, aws_endpoint_url=endpoint)
    with pytest.raises(Refused, match="not a loopback address") as refused:
        local_target(file)
    assert refused.value.code == "unsafe_endpoint"


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:4566", "http://127.0.0.1:4566/", "http://[::1]:4566"])
def test_a_loopback_endpoint_is_accepted(tmp_path: Path, endpoint: str) -> None:
    assert endpoint.rstrip("/") in local_target(write_stack_file(tmp_path, aws_endpoint_url=endpoint)).label


@pytest.mark.parametrize("outputs", [None, [], {}, {"KeysTable": "keys"}])
def test_a_file_without_all_outputs_is_refused(tmp_path: Path, outputs: object) -> None:
    with pytest.raises(Refused, match="outputs"):
        local_target(write_stack_file(tmp_path, outputs=outputs))


@pytest.mark.parametrize("text", ["", "{", "[]", '"text"', "\udcff"])
def test_a_file_that_is_no_json_object_is_refused(tmp_path: Path, text: str) -> None:
    file = write_stack_file(tmp_path)
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(Refused, match="make up"):
        local_target(file)


@pytest.mark.parametrize("service", SERVICES)
def test_no_setting_of_the_operator_leads_a_client_away(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, service: str
) -> None:
    config = tmp_path / "config"
    config.write_text("[profile prod]\nregion = eu-west-1\nendpoint_url = https://evil.example\n")
    for name, value in {
        "AWS_PROFILE": "prod",
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(config),
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": "https://evil.example",
        "HTTP_PROXY": "http://evil.example:3128",
        "http_proxy": "http://evil.example:3128",
    }.items():
        monkeypatch.setenv(name, value)
    client = LocalSession(ENDPOINT, "us-east-1").create_client(
        service, region_name="eu-west-1", endpoint_url="https://evil.example"
    )
    credentials = client._request_signer._credentials
    assert client.meta.endpoint_url == ENDPOINT
    assert client.meta.region_name == "us-east-1"
    assert (credentials.access_key, credentials.secret_key, credentials.token) == ("test", "test", None)
    assert client.meta.config.proxies == {}
