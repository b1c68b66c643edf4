"""Which providers a deployment can use, and what it costs to import them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.contract.providers.wire import Clock, Vault, Vendor, answer, fixture, job, secrets
from tidegate.adapters.providers.registry import ProviderNotConfigured, ProviderRegistry


def test_providers_with_credentials_are_there() -> None:
    registry = ProviderRegistry(Vendor(), secrets(), {})
    assert registry.names == ("replicate", "fal")
    assert [registry.get(name).name for name in registry.names] == ["replicate", "fal"]


def test_an_adapter_is_built_once() -> None:
    registry = ProviderRegistry(Vendor(), secrets(), {})
    assert registry.get("fal") is registry.get("fal")


@pytest.mark.parametrize("name", ["replicate", "bfl", "", "fal_jwks"])
def test_a_provider_without_credentials_is_absent(name: str) -> None:
    registry = ProviderRegistry(Vendor(), secrets(Vault({"fal": {"api_key": "k"}})), {})
    assert registry.names == ("fal",)
    with pytest.raises(ProviderNotConfigured):
        registry.get(name)
    assert issubclass(ProviderNotConfigured, KeyError)


@pytest.mark.parametrize("key", ["", "k\r\nX: y", "schlüssel"])
def test_a_key_that_cannot_be_sent_is_no_credential(key: str) -> None:
    assert ProviderRegistry(Vendor(), secrets(Vault({"fal": {"api_key": key}})), {}).names == ()


def test_credentials_that_come_later_are_found_without_a_deployment() -> None:
    vault, clock = Vault({}), Clock()
    registry = ProviderRegistry(Vendor(), secrets(vault, clock), {})
    assert registry.names == ()
    vault.credentials = {"fal": {"api_key": "k"}}
    clock.now = 60
    assert registry.get("fal").name == "fal"


def test_base_urls_are_configuration() -> None:
    vendor = Vendor(script=[answer(fixture("replicate_prediction"), 201), answer(fixture("fal_submitted"))])
    urls = {"replicate": "http://127.0.0.1:8090/replicate/v1", "fal": "http://127.0.0.1:8090/fal"}
    registry = ProviderRegistry(vendor, secrets(), urls)
    registry.get("replicate").submit(job("a/b"))
    registry.get("fal").submit(job("fal-ai/flux/schnell"))
    assert [sent.url for sent in vendor.sent] == [
        "http://127.0.0.1:8090/replicate/v1/models/a/b/predictions",
        "http://127.0.0.1:8090/fal/fal-ai/flux/schnell",
    ]


def test_importing_the_adapters_does_not_import_cryptography() -> None:
    heavy = ("cryptography", "urllib3", "requests", "boto3", "pydantic")
    program = (
        "import sys; import tidegate.adapters.providers.registry; "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    path = [entry for entry in sys.path if entry]
    done = subprocess.run(  # noqa: S603  our own interpreter and program
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}; {program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
