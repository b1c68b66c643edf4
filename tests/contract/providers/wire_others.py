"""The vendors that need no special treatment, on the other side of the script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.contract.providers.wire import Script, Vault, Vendor, secrets
from tidegate.adapters.providers.protocol import Provider
from tidegate.adapters.providers.registry import ProviderRegistry
from tidegate.domain.attempt import Job
from tidegate.domain.generation import MediaType

KEYS: Mapping[str, Mapping[str, str]] = {
    "byteplus": {"api_key": "ark-secret"},
    "alibabacloud": {"api_key": "sk-secret"},
    "runway": {"api_key": "key_secret"},
    "cloudflare": {"api_key": "cf-secret", "account_id": "account1"},
    "bfl": {"api_key": "bfl-secret"},
    "openai": {"api_key": "sk-secret"},
    "google": {"api_key": "goog-secret"},
}
REFERENCE = "0197a4c2-7d1e-7abc-9def-0123456789ab/1"


def against(name: str, *script: Script) -> tuple[Provider, Vendor]:
    """An adapter, and the vendor that answers it."""
    vendor = Vendor(script=list(script))
    outputs = {"bedrock_outputs": "s3://outputs/bedrock"}
    return ProviderRegistry(vendor, secrets(Vault(KEYS)), outputs).get(name), vendor


def image(native_model: str, **given: Any) -> Job:
    """A job for a picture."""
    return Job(native_model, MediaType.IMAGE, given, None, REFERENCE, searchable="seed" in given)


def video(native_model: str, **given: Any) -> Job:
    """A job for a video."""
    return Job(native_model, MediaType.VIDEO, given, None, REFERENCE, searchable="seed" in given)
