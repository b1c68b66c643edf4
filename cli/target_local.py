"""The embedded stack of the project that the operator stands in."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from botocore.config import Config
from botocore.credentials import Credentials
from botocore.session import Session

from cli.refusal import Refused
from cli.target import Target, environment

STACK_FILE: Final = Path(".local") / "tidegate.json"
_LOOPBACK: Final = re.compile(r"http://(127\.0\.0\.1|\[::1\]):[0-9]{1,5}/?")
_REGION: Final = "us-east-1"
_DUMMY: Final = "test"  # as id and as secret: the emulator takes any text, and real AWS refuses this one
# The operator's own profiles and files are never read for the local stack.
_NO_FILES: Final = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


class LocalSession(Session):
    """Makes clients of one loopback endpoint with dummy credentials: it cannot reach AWS."""

    def __init__(self, endpoint: str, region: str) -> None:
        super().__init__(session_vars=dict(_NO_FILES))
        self._endpoint = endpoint
        self._region = region

    def get_credentials(self, *_: object, **__: object) -> Credentials:
        """Return the dummy credentials, also for what is signed without a client."""
        return Credentials(_DUMMY, _DUMMY)

    def create_client(self, service_name: str, *_: object, config: Config | None = None, **__: object) -> Any:
        """Make a client; whatever endpoint, region or credentials the caller names is dropped."""
        direct = Config(proxies={})  # a proxy of the environment would carry the request off this machine
        return super().create_client(
            service_name,
            region_name=self._region,
            endpoint_url=self._endpoint,
            config=config.merge(direct) if config else direct,
            aws_access_key_id=_DUMMY,
            aws_secret_access_key=_DUMMY,
        )


def find_stack_file(start: Path) -> Path | None:
    """Return the stack file of the project around ``start``, or None when there is none."""
    for folder in (start, *start.parents):
        if (folder / STACK_FILE).is_file():
            return folder / STACK_FILE
        if (folder / "pyproject.toml").is_file():
            return None  # the project's root: what lies above is another project
    return None


def local_target(path: Path) -> Target:
    """Read the file that ``make up`` writes.

    Raises:
        Refused: it is unreadable, incomplete, or names an endpoint outside this machine.
    """
    stack = _read(path)
    endpoint = _loopback(stack.get("aws_endpoint_url"), path)
    outputs = stack.get("outputs")
    if not isinstance(outputs, dict):
        raise Refused(f"{path} has no outputs: run `make up` to write it anew", code="incomplete")
    region = str(stack.get("region") or _REGION)
    env = {**environment(outputs, str(path)), **_extras(stack)}
    return Target(
        label=f"local stack at {endpoint}",
        env=env,
        session=LocalSession(endpoint, region),
        is_local=True,
        account_id=stack.get("account_id"),
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        stack = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Refused(f"{path} cannot be read ({error}): run `make up` to write it anew") from error
    if not isinstance(stack, dict):
        raise Refused(f"{path} is not a JSON object: run `make up` to write it anew")
    return stack


def _loopback(url: object, path: Path) -> str:
    """Accept only a port of this machine, by address: a name may resolve anywhere."""
    if not isinstance(url, str) or not _LOOPBACK.fullmatch(url):
        raise Refused(
            f"{path} names the endpoint {url!r}, which is not a loopback address of this machine: "
            "run `make up` to write it anew, or choose AWS with --profile",
            code="unsafe_endpoint",
        )
    return url.rstrip("/")


def _extras(stack: Mapping[str, Any]) -> dict[str, str]:
    """What the local stage sets beyond the outputs."""
    extras = {"TIDEGATE_STAGE": "local"}
    if base_url := stack.get("base_url"):
        extras["TIDEGATE_PUBLIC_BASE_URL"] = str(base_url)
    if hosts := stack.get("allowed_private_hosts"):
        extras["TIDEGATE_ALLOWED_PRIVATE_HOSTS"] = ",".join(hosts)
    if urls := stack.get("provider_base_urls"):
        extras["TIDEGATE_PROVIDER_BASE_URLS"] = json.dumps(urls)
    return extras
