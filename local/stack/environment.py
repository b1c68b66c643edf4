"""The environments of the stack's processes. Nothing that is built here can reach real AWS."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from local.stack.errors import NotLoopback

REGION: Final = "us-east-1"
ACCOUNT: Final = "000000000000"  # the account that the emulator reports
# What a background process may see of the caller's environment: never credentials, proxies or settings.
_INHERITED = ("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")
_FOREIGN = ("AWS_", "CDK_", "TIDEGATE_")
_NO_PROXY = "127.0.0.1,localhost,::1"


def assert_loopback(url: str) -> str:
    """Return the URL if it is plain HTTP to a loopback address.

    Raises:
        NotLoopback: it is anything else; a name is not enough, since it may resolve anywhere.
    """
    parts = urlsplit(url)
    try:
        safe = parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        safe = False
    if not safe:
        raise NotLoopback(f"{url} is not on this machine: the local stack never talks to anything else")
    return url


def inherited() -> dict[str, str]:
    """Return the little that a background process takes from the caller's environment."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


def for_aws_tools(directory: Path, endpoint: str) -> dict[str, str]:
    """Return the environment of the CDK: the emulator's endpoint, dummy credentials, no files of the user.

    The rest is kept: bundling may need the caller's package index and proxy.

    Raises:
        NotLoopback: the endpoint is not on this machine.
    """
    nothing = directory / "no-aws-config"
    nothing.parent.mkdir(parents=True, exist_ok=True)
    nothing.write_text("")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)},
        "NO_PROXY": _NO_PROXY,  # a proxy of the caller's would carry requests off this machine
        "no_proxy": _NO_PROXY,
        "AWS_ENDPOINT_URL": assert_loopback(endpoint),
        "AWS_ACCESS_KEY_ID": "test",  # not a secret: the emulator takes any
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": str(nothing),
        "AWS_SHARED_CREDENTIALS_FILE": str(nothing),
        "AWS_EC2_METADATA_DISABLED": "true",
        "CDK_HOME": str(directory / "cdk-home"),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        # jsii's banner about Node 20: that release still runs the pinned CDK, and many systems have it.
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        "CDK_VALIDATION": "false",  # the tests hold the rules; here they only cost time
    }


def for_emulator(directory: Path, port: int) -> dict[str, str]:
    """Return the emulator's settings, which every Lambda inherits.

    It holds no ``AWS_ENDPOINT_URL``: the emulator gives each Lambda its own.
    """
    home = directory / "emulator"
    for name in ("state", "s3", "tmp"):
        home.joinpath(name).mkdir(parents=True, exist_ok=True)
    return {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "AUTH": "true",  # roles are enforced, so every e2e run holds the policies to what is really called
        "PERSIST_STATE": "1",
        "S3_PERSIST": "1",
        "STATE_DIR": str(home / "state"),
        "S3_DATA_DIR": str(home / "s3"),
        "TMPDIR": str(home / "tmp"),
        "LAMBDA_WARM_TTL_SECONDS": "300",
        "LAMBDA_EXECUTOR": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
        "DOCKER_HOST": "unix:///nonexistent",  # it must not look for containers of the user's
    }
