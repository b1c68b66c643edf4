"""Every model at every provider, through the gateway's own adapters, to files that can be fetched."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.stack.services import Urls
from tests.contract.simulator.client import Client
from tests.contract.simulator.requests import FILE, ways_to_send_pictures
from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers import signature
from tidegate.adapters.providers.credentials import CREDENTIALS
from tidegate.adapters.providers.protocol import Provider
from tidegate.adapters.providers.registry import BUILDERS, ProviderRegistry
from tidegate.adapters.secrets import Secrets
from tidegate.domain.attempt import Job, Succeeded
from tidegate.domain.catalog import load_catalog
from tidegate.domain.model import Model
from tidegate.domain.parameters import resolve_providers, validate_params
from tidegate.domain.translation import can_serve, native_input

CASES = [(model, name) for model in load_catalog().models for name in model.providers if name in BUILDERS]


class _OneSecret:
    """Secrets Manager with credentials that the simulator takes."""

    def get_secret_value(self, **_: str) -> dict[str, str]:
        credentials = {
            name: {field.name: "simulated" for field in fields} for name, fields in CREDENTIALS.items()
        }
        return {"SecretString": json.dumps({"sealing_key": "x", "providers": credentials})}


@pytest.fixture
def providers(simulator: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderRegistry]:
    """The adapters, against the simulator wherever the local stack points them at it."""
    simulator.control("PUT", "/settings", {"queue_s": 0, "image_s": 0.01, "video_s": 60})
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "role-secret")
    signature.own_role.cache_clear()
    nowhere = "http://127.0.0.1:9"
    urls = Urls(nowhere, nowhere, simulator.url, nowhere).provider_base_urls
    base_urls = {**urls, "bedrock_outputs": "s3://outputs/bedrock"}
    client: Any = _OneSecret()
    http = HttpClient(frozenset({urlsplit(simulator.url).netloc}))
    yield ProviderRegistry(http, Secrets(client, "secret"), base_urls)
    signature.own_role.cache_clear()


def _requests(model: Model, file: str = FILE) -> Iterator[Mapping[str, Any]]:
    """What is sent least, in every format and with every way to send pictures."""
    least: dict[str, Any] = {"generation_prompt": "a lighthouse"}
    if model.schema.durations:
        least["generation_duration"] = model.schema.durations[0]
    sound: list[dict[str, Any]] = [{}, {"generation_generate_audio": True}] if model.schema.audio else [{}]
    for pictures in ways_to_send_pictures(model, file):
        for file_format in model.schema.formats:
            for wanted in sound:
                yield {**least, **pictures, **wanted, "generation_output_format": file_format}


@pytest.mark.parametrize(
    ("model", "name"), CASES, ids=[f"{model.identifier} at {name}" for model, name in CASES]
)
def test_a_model_runs_at_a_provider(
    simulator: Client, providers: ProviderRegistry, model: Model, name: str
) -> None:
    ran = 0
    picture = f"{simulator.url}/pictures/1280x720.png"  # of the only size that Nova Reel takes
    for given in _requests(model, picture):
        params = validate_params(model, given)
        route = model.route(name, params)
        if not can_serve(route, params):
            continue
        job = Job(
            route.native_model, model.media_type, native_input(route, params), None, f"generation/{ran}"
        )
        assert len(_run(simulator, providers.get(name), job).files) == 1
        ran += 1
    submits = simulator.control("GET", f"/requests?provider={name}&kind=submit")["requests"]
    assert ran == len(submits) > 0
    assert [submit["ignored_fields"] for submit in submits] == [[]] * ran


def _run(simulator: Client, provider: Provider, job: Job) -> Succeeded:
    answer = provider.submit(job)
    if isinstance(answer, Succeeded):
        return answer
    simulator.complete(answer.prediction.prediction_id.rpartition("/")[2])  # Bedrock's ids are long names
    ended = provider.poll(answer.prediction)
    assert isinstance(ended, Succeeded)
    return ended


def test_every_provider_of_the_catalogue_has_an_adapter() -> None:
    assert {name for model in load_catalog().models for name in model.providers} <= set(BUILDERS)


def test_every_kind_of_request_finds_a_provider() -> None:
    for model in load_catalog().models:
        for given in _requests(model):
            assert resolve_providers(model, validate_params(model, given))
