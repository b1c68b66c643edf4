"""The gateway's real adapters against the simulator over HTTP: the two sides of one wire format."""

from __future__ import annotations

import io
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.simulator.faults import STATUSES
from tests.contract.simulator.client import FAL_FLUX, FLUX, Client, eventually
from tests.contract.simulator.conftest import Hooks
from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers.fal import Fal
from tidegate.adapters.providers.protocol import CallbackRejected, OutcomeUnknown, Provider, ProviderRefused
from tidegate.adapters.providers.replicate import Replicate
from tidegate.adapters.secrets import Secrets
from tidegate.domain.attempt import (
    Accepted,
    Failed,
    FailureClass,
    FailureCode,
    Job,
    Prediction,
    Running,
    Succeeded,
)
from tidegate.domain.generation import MediaType

_CLASSES = {
    401: FailureClass.FAIL_OVER,
    404: FailureClass.FAIL_OVER,
    422: FailureClass.FAIL,
    429: FailureClass.RETRY,
    500: FailureClass.RETRY,
    502: FailureClass.RETRY,
    503: FailureClass.RETRY,
    504: FailureClass.RETRY,
}


@dataclass(frozen=True)
class Side:
    """One provider as the gateway sees it."""

    provider: Provider
    native_model: str
    http: HttpClient

    def job(self, prompt: str, callback_url: str | None = None) -> Job:
        given = {"prompt": prompt, "seed": 42}
        return Job(self.native_model, MediaType.IMAGE, given, callback_url, "generation/1", searchable=True)

    def submit(self, prompt: str, callback_url: str | None = None) -> Prediction:
        accepted = self.provider.submit(self.job(prompt, callback_url))
        assert isinstance(accepted, Accepted)
        return accepted.prediction


class _OneSecret:
    """Secrets Manager with this one secret."""

    def __init__(self, values: object) -> None:
        self._values = values

    def get_secret_value(self, **_: str) -> dict[str, str]:
        return {"SecretString": json.dumps(self._values)}


@pytest.fixture(params=["replicate", "fal"])
def side(request: pytest.FixtureRequest, simulator: Client) -> Side:
    key = simulator.replicate("GET", "/webhooks/default/secret").json()["key"]
    values = {
        "sealing_key": "x",
        "providers": {"replicate": {"api_key": "r8", "webhook_secret": key}, "fal": {"api_key": "id:secret"}},
    }
    client: Any = _OneSecret(values)
    secrets = Secrets(client, "secret")
    http = HttpClient(frozenset({urlsplit(simulator.url).netloc}))
    if request.param == "replicate":
        return Side(Replicate(http, secrets, f"{simulator.url}/replicate/v1"), FLUX, http)
    jwks = f"{simulator.url}/fal/.well-known/jwks.json"
    return Side(Fal(http, secrets, f"{simulator.url}/fal", jwks), FAL_FLUX, http)


def test_a_job_runs_to_a_file_that_can_be_fetched(simulator: Client, side: Side) -> None:
    prediction = side.submit("a lighthouse")
    assert isinstance(side.provider.poll(prediction), Running)
    simulator.complete(prediction.prediction_id)
    ended = side.provider.poll(prediction)
    assert isinstance(ended, Succeeded)
    (file,) = ended.files
    assert file.url is not None
    into = io.BytesIO()
    assert side.http.download(file.url, into, max_bytes=10_000_000, deadline_s=10).size_bytes > 1_000


@pytest.mark.parametrize("status", [status for status in STATUSES if status in _CLASSES])
def test_a_refusal_is_classified(side: Side, status: int) -> None:
    with pytest.raises(ProviderRefused) as refused:
        side.submit(f"[[fault:{status}]]")
    assert refused.value.failure.failure_class is _CLASSES[status]


def test_an_empty_account_is_recognised(side: Side) -> None:
    with pytest.raises(ProviderRefused) as refused:
        side.submit("[[fault:billing]]")
    assert refused.value.failure.failure_class is FailureClass.OUT_OF_FUNDS


@pytest.mark.parametrize("fault", ["lost", "malformed"])
def test_an_answer_that_does_not_come_is_an_unknown_outcome(side: Side, fault: str) -> None:
    with pytest.raises(OutcomeUnknown):
        side.submit(f"[[fault:{fault}]]")


def test_a_blocked_prompt_ends_the_generation(simulator: Client, side: Side) -> None:
    prediction = side.submit("[[fault:moderation]]")
    simulator.complete(prediction.prediction_id)
    ended = side.provider.poll(prediction)
    assert isinstance(ended, Failed)
    assert ended.failure.code is FailureCode.CONTENT_POLICY
    assert ended.failure.failure_class is FailureClass.FAIL


@pytest.mark.parametrize("fault", ["failed", "infrastructure"])
def test_a_failed_run_does_not_end_the_generation(simulator: Client, side: Side, fault: str) -> None:
    prediction = side.submit(f"[[fault:{fault}]]")
    simulator.complete(prediction.prediction_id)
    ended = side.provider.poll(prediction)
    assert isinstance(ended, Failed)
    assert ended.failure.failure_class is not FailureClass.FAIL


@pytest.mark.parametrize("fault", ["poll_error:1", "poll_malformed:1", "unknown_status"])
def test_a_poll_that_goes_wrong_is_no_verdict(simulator: Client, side: Side, fault: str) -> None:
    prediction = side.submit(f"[[fault:{fault}]]")
    assert isinstance(side.provider.poll(prediction), Running)
    simulator.complete(prediction.prediction_id)
    assert isinstance(side.provider.poll(prediction), Succeeded)


def test_a_cancelled_job_ends_without_a_result(simulator: Client, side: Side) -> None:
    prediction = side.submit("x")
    assert side.provider.cancel(prediction)
    simulator.reaches(prediction.prediction_id, "canceled")
    ended = side.provider.poll(prediction)
    assert isinstance(ended, Failed)
    assert ended.failure.failure_class is FailureClass.FAIL_OVER


def test_a_genuine_callback_is_believed_and_a_forged_one_is_not(
    simulator: Client, side: Side, hooks: Hooks
) -> None:
    for prompt in ("genuine", "[[fault:bad_signature]]", "[[fault:stale_callback]]"):
        hooks.clear()
        prediction = side.submit(prompt, hooks.url)
        simulator.complete(prediction.prediction_id)
        delivery = hooks.wait()[0]
        headers, body = delivery["headers"], delivery["text"].encode()
        if prompt == "genuine":
            callback = side.provider.verify_callback(headers, body, int(time.time()))
            assert callback.prediction_id == prediction.prediction_id
        else:
            with pytest.raises(CallbackRejected):
                side.provider.verify_callback(headers, body, int(time.time()))


@pytest.mark.parametrize("side", ["replicate"], indirect=True)
def test_a_lost_job_is_found_in_the_vendors_list(simulator: Client, side: Side) -> None:
    job = side.job("find me [[fault:lost]]")
    with pytest.raises(OutcomeUnknown):
        side.provider.submit(job)
    (made,) = eventually(lambda: simulator.control("GET", "/jobs")["jobs"])
    around = int(made["created_at"] * 1000)
    found = side.provider.search(job, around - 60_000, around + 60_000)
    assert found is not None
    assert found.prediction_id == made["id"]
    assert side.provider.search(side.job("another"), around - 60_000, around + 60_000) is None
