"""No environment that the stack builds can reach real AWS or show the caller's credentials."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.stack.environment import assert_loopback, for_aws_tools, for_emulator, inherited
from local.stack.errors import NotLoopback

SECRETS = {
    "AWS_PROFILE": "production",
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_SESSION_TOKEN": "real",
    "AWS_ENDPOINT_URL_DYNAMODB": "https://dynamodb.us-east-1.amazonaws.com",
    "AWS_CONFIG_FILE": "/home/me/.aws/config",
    "HTTPS_PROXY": "http://proxy.example:3128",
}


@pytest.fixture(autouse=True)
def _an_operators_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:4566", "http://[::1]:4566"])
def test_a_loopback_address_is_accepted(url: str) -> None:
    assert assert_loopback(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://dynamodb.us-east-1.amazonaws.com",
        "http://localhost:4566",
        "http://10.0.0.1:4566",
        "http://127.0.0.1.example.com:4566",
        "https://127.0.0.1:4566",
        "",
    ],
)
def test_everything_else_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(NotLoopback):
        for_aws_tools(tmp_path, url)


def test_the_cdk_sees_the_emulator_and_dummy_credentials_only(tmp_path: Path) -> None:
    seen = for_aws_tools(tmp_path, "http://127.0.0.1:4566")
    assert seen["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert seen["AWS_ACCESS_KEY_ID"] == "test"
    assert {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_DYNAMODB"}.isdisjoint(seen)


def test_the_cdk_reads_and_writes_no_file_of_the_user(tmp_path: Path) -> None:
    seen = for_aws_tools(tmp_path, "http://127.0.0.1:4566")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        assert Path(seen[name]).read_text() == ""
    assert Path(seen["CDK_HOME"]).is_relative_to(tmp_path)
    assert seen["AWS_EC2_METADATA_DISABLED"] == "true"


def test_a_proxy_of_the_user_is_not_used_for_this_machine(tmp_path: Path) -> None:
    assert "127.0.0.1" in for_aws_tools(tmp_path, "http://127.0.0.1:4566")["NO_PROXY"].split(",")


def test_background_processes_see_none_of_the_users_settings(tmp_path: Path) -> None:
    seen = {**inherited(), **for_emulator(tmp_path, 4566)}
    assert SECRETS.keys().isdisjoint(seen)


def test_the_emulator_listens_on_this_machine_only_and_names_no_endpoint(tmp_path: Path) -> None:
    seen = for_emulator(tmp_path, 4566)
    assert seen["BIND_HOST"] == "127.0.0.1"
    assert "AWS_ENDPOINT_URL" not in seen
