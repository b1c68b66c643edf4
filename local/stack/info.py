"""Where everything is: the contents of ``.local/tidegate.json``, whose names tools outside rely on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from cli.target import environment
from cli.target_local import LocalSession
from local.stack.environment import assert_loopback
from local.stack.files import write_atomically
from tidegate.runtime import Runtime

FILE_NAME: Final = "tidegate.json"
STAGE: Final = "local"


@dataclass(frozen=True, slots=True)
class StackInfo:
    """A running stack. URLs have no trailing slash; the keys work only on this machine."""

    base_url: str
    keys: Mapping[str, str] = field(repr=False)  # by surface: babysea, banatie, sharkapi; and babysea_test
    account_id: str
    webhook_secret: str = field(repr=False)
    webhook_endpoint_id: str
    webhook_url: str
    simulator_url: str
    receiver_url: str
    aws_endpoint_url: str
    region: str
    outputs: Mapping[str, str]  # the CloudFormation outputs of the cell
    allowed_private_hosts: tuple[str, ...]
    provider_base_urls: Mapping[str, str] = field(default_factory=dict)  # where the simulator plays whom
    stage: str = STAGE

    def runtime(self) -> Runtime:
        """Return the use cases' view of this stack; it can reach nothing but this machine."""
        return runtime(
            self.outputs, self.base_url, self.aws_endpoint_url, self.region, self.allowed_private_hosts
        )

    def write(self, directory: Path) -> None:
        """Write the file, readable by its owner only."""
        write_atomically(directory / FILE_NAME, json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def read(cls, directory: Path) -> StackInfo | None:
        """Read the file; None when there is none or another version wrote it."""
        try:
            stored = json.loads((directory / FILE_NAME).read_text())
            return cls(**{**stored, "allowed_private_hosts": tuple(stored["allowed_private_hosts"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None


def runtime(
    outputs: Mapping[str, str], base_url: str, endpoint: str, region: str, allowed: tuple[str, ...]
) -> Runtime:
    """Build the runtime of a local deployment from its outputs.

    Raises:
        NotLoopback: the endpoint is not on this machine.
    """
    env = {
        **environment(outputs, endpoint),
        "TIDEGATE_STAGE": STAGE,
        "TIDEGATE_PUBLIC_BASE_URL": base_url,
        "TIDEGATE_ALLOWED_PRIVATE_HOSTS": ",".join(allowed),
    }
    return Runtime(env, session=LocalSession(assert_loopback(endpoint), region))
