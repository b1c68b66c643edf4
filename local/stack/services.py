"""The parts beside the emulator: simulator, webhook receiver, and the proxy that is the API's base URL."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from local.stack.info import FILE_NAME
from local.stack.ports import HOST, Ports
from local.stack.service import Spec


@dataclass(frozen=True, slots=True)
class Urls:
    """Where the parts answer, without trailing slashes."""

    emulator: str
    base: str
    simulator: str
    receiver: str

    @classmethod
    def of(cls, ports: Ports) -> Urls:
        """Return the URLs on these ports."""
        numbers = (ports.emulator, ports.proxy, ports.simulator, ports.receiver)
        return cls(*(f"http://{HOST}:{number}" for number in numbers))

    @property
    def webhook(self) -> str:
        """Where the demo account's webhooks go."""
        return f"{self.receiver}/webhooks/babysea"

    @property
    def allowed_private_hosts(self) -> tuple[str, ...]:
        """The only private addresses that the deployed functions may call."""
        return (self.simulator.removeprefix("http://"), self.receiver.removeprefix("http://"))

    @property
    def provider_base_urls(self) -> dict[str, str]:
        """Where the simulator plays each provider."""
        return {
            "replicate": f"{self.simulator}/replicate/v1",
            "fal": f"{self.simulator}/fal",
            "stripe": f"{self.simulator}/stripe",
            "fal_jwks": f"{self.simulator}/fal/.well-known/jwks.json",
            "byteplus": f"{self.simulator}/byteplus/api/v3",
            "alibabacloud": f"{self.simulator}/alibabacloud/api/v1",
            "runway": f"{self.simulator}/runway",
            "cloudflare": f"{self.simulator}/cloudflare/client/v4",
            "bedrock": f"{self.simulator}/bedrock",
            "bfl": f"{self.simulator}/bfl/v1",
            "openai": f"{self.simulator}/openai/v1",
            "google": f"{self.simulator}/google/v1beta",
            "google_jwks": f"{self.simulator}/google/.well-known/jwks.json",
        }

    def context(self) -> dict[str, str]:
        """Return the CDK context of the local stage."""
        return {
            "stage": "local",
            "public_base_url": self.base,
            "provider_base_urls": json.dumps(self.provider_base_urls, separators=(",", ":")),
            "allowed_private_hosts": ",".join(self.allowed_private_hosts),
        }


def simulator(ports: Ports, directory: Path) -> Spec:
    """Return how the provider simulator is run. Its signing keys outlive it; Bedrock writes to our S3."""
    keys = str(directory / "simulator.json")
    s3 = f"http://{HOST}:{ports.emulator}"
    return _python("simulator", ports.simulator, "/healthz", "--state-file", keys, "--s3-url", s3)


def receiver(ports: Ports, directory: Path) -> Spec:
    """Return how the webhook receiver is run. It reads the secret once the stack is up and has written it."""
    log = str(directory / "logs" / "webhooks.jsonl")
    stack_file = str(directory / FILE_NAME)
    return _python("receiver", ports.receiver, "/healthz", "--state-file", stack_file, "--log", log)


def proxy(ports: Ports, urls: Urls, api_id: str) -> Spec:
    """Return how the proxy in front of the deployed API is run."""
    target = f"{urls.emulator}/_aws/execute-api/{api_id}"
    return _python("proxy", ports.proxy, "/_proxy/health", "--target", target)


def _python(name: str, port: int, health: str, *arguments: str) -> Spec:
    return Spec(
        name=name,
        command=(sys.executable, "-m", f"local.{name}", "--port", str(port), *arguments),
        settings={"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1"},
        port=port,
        health_url=f"http://{HOST}:{port}{health}",
    )
