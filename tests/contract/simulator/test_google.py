"""Google's videos and their callbacks: what its own adapter here makes of them, and what strangers do."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from tests.contract.providers.wire import Vault, secrets
from tests.contract.simulator.client import Client, eventually
from tests.contract.simulator.conftest import Hooks
from tidegate.adapters.http import HttpClient
from tidegate.adapters.providers.google import Google
from tidegate.adapters.providers.protocol import Callback, CallbackRejected, OutcomeUnknown
from tidegate.domain.attempt import Accepted, Failed, Job, Prediction, Running, Succeeded
from tidegate.domain.generation import MediaType

OMNI, VEO = "gemini-omni-1.2-flash", "veo-3.1-generate-001"
REFERENCE = "generation/1"


@pytest.fixture
def adapter(simulator: Client) -> Google:
    http = HttpClient(frozenset({urlsplit(simulator.url).netloc}))
    vault = secrets(Vault({"google": {"api_key": "key"}}))
    jwks = f"{simulator.url}/google/.well-known/jwks.json"
    return Google(http, vault, f"{simulator.url}/google/v1beta", jwks)


Submit = Callable[..., Prediction]


@pytest.fixture
def submit(adapter: Google, hooks: Hooks) -> Submit:
    def submitted(prompt: str = "a seal", model: str = OMNI) -> Prediction:
        job = Job(model, MediaType.VIDEO, {"prompt": prompt}, hooks.url, REFERENCE)
        accepted = adapter.submit(job)
        assert isinstance(accepted, Accepted)
        return accepted.prediction

    return submitted


def id_of(prediction: Prediction) -> str:
    return prediction.prediction_id.rpartition("/")[2]


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verified(simulator: Client, headers: Mapping[str, str]) -> dict[str, Any]:
    """The claims of a token that one of the published keys has signed."""
    message, _, signature = headers["webhook-signature"].rpartition(".")
    head, claims = (json.loads(decoded(part)) for part in message.split("."))
    keys = simulator.call("GET", "/google/.well-known/jwks.json").json()["keys"]
    (key,) = [key for key in keys if key["kid"] == head["kid"]]
    assert (head["alg"], key["alg"], key["kty"], key["use"]) == ("RS256", "RS256", "RSA", "sig")
    exponent, modulus = (int.from_bytes(decoded(key[name])) for name in ("e", "n"))
    public = RSAPublicNumbers(exponent, modulus).public_key()
    public.verify(decoded(signature), message.encode(), PKCS1v15(), SHA256())
    return dict(claims)


def test_a_callback_carries_a_token_for_its_receiver(simulator: Client, hooks: Hooks, submit: Submit) -> None:
    prediction = submit()
    simulator.complete(prediction.prediction_id)
    (delivery,) = hooks.wait()
    claims = verified(simulator, delivery["headers"])
    assert claims["aud"] == hooks.url
    assert abs(claims["iat"] - time.time()) < 30
    told = delivery["body"]
    assert (told["type"], told["version"]) == ("interaction.completed", "v1")
    assert told["data"] == {"id": prediction.prediction_id, "user_metadata": {"attempt": REFERENCE}}


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ("[[google:failed]]", ("interaction.failed", "internal")),
        ("[[google:moderation]]", ("interaction.failed", "safety")),
        ("[[google:failed_with:RECITATION]]", ("interaction.failed", "recitation")),
        ("[[google:nsfw]]", ("interaction.completed", "")),
    ],
)
def test_a_failure_is_called_back_too(
    simulator: Client, hooks: Hooks, submit: Submit, prompt: str, told: tuple[str, str]
) -> None:
    simulator.complete(submit(prompt).prediction_id)
    (delivery,) = hooks.wait()
    code = delivery["body"]["data"].get("error_code", "")
    assert (delivery["body"]["type"], code.rpartition("/")[2]) == told


def test_a_cancelled_interaction_calls_back(hooks: Hooks, adapter: Google, submit: Submit) -> None:
    prediction = submit()
    assert isinstance(adapter.poll(prediction), Running)
    assert adapter.cancel(prediction)
    (delivery,) = hooks.wait()
    assert delivery["body"]["type"] == "interaction.cancelled"
    assert isinstance(adapter.poll(prediction), Failed)
    assert not adapter.cancel(prediction)


@pytest.mark.parametrize("model", [OMNI, VEO])
def test_a_genuine_callback_is_believed(
    simulator: Client, hooks: Hooks, adapter: Google, submit: Submit, model: str
) -> None:
    prediction = submit(model=model)
    simulator.complete(id_of(prediction))
    (delivery,) = hooks.wait()
    headers, body = delivery["headers"], delivery["text"].encode()
    told = adapter.verify_callback(headers, body, int(time.time()))
    assert told == Callback(prediction.prediction_id, REFERENCE, (hooks.url,))
    assert adapter.adopt(model, told.prediction_id) == prediction
    assert isinstance(adapter.poll(prediction), Succeeded)


@pytest.mark.parametrize("fault", ["bad_signature", "stale_callback"])
def test_a_scripted_callback_is_not_believed(
    simulator: Client, hooks: Hooks, adapter: Google, submit: Submit, fault: str
) -> None:
    simulator.complete(submit(f"[[google:{fault}]]").prediction_id)
    (delivery,) = hooks.wait()
    with pytest.raises(CallbackRejected):
        adapter.verify_callback(delivery["headers"], delivery["text"].encode(), int(time.time()))
    if fault == "bad_signature":
        with pytest.raises(InvalidSignature):
            verified(simulator, delivery["headers"])
    else:
        assert time.time() - verified(simulator, delivery["headers"])["iat"] >= 3_600


def test_a_duplicate_comes_with_the_same_id(simulator: Client, hooks: Hooks, submit: Submit) -> None:
    simulator.complete(submit("[[google:duplicate_callback]]").prediction_id)
    deliveries = hooks.wait(2)
    assert len({delivery["headers"]["webhook-id"] for delivery in deliveries}) == 1


def test_an_operation_that_failed_calls_nobody(simulator: Client, hooks: Hooks, submit: Submit) -> None:
    simulator.complete(id_of(submit("[[google:failed]]", VEO)))
    simulator.complete(id_of(submit(model=VEO)))
    assert [delivery["body"]["type"] for delivery in hooks.wait()] == ["video.generated"]


def test_a_lost_interaction_is_known_again_by_its_callback(
    simulator: Client, hooks: Hooks, adapter: Google, submit: Submit
) -> None:
    with pytest.raises(OutcomeUnknown):
        submit("[[google:lost]]")
    (made,) = eventually(lambda: simulator.control("GET", "/jobs")["jobs"])
    simulator.complete(made["id"])
    (delivery,) = hooks.wait()
    told = adapter.verify_callback(delivery["headers"], delivery["text"].encode(), int(time.time()))
    assert told.reference == REFERENCE
    assert isinstance(adapter.poll(adapter.adopt(OMNI, told.prediction_id)), Succeeded)


@pytest.mark.parametrize(
    ("path", "method"), [("", "GET"), ("", "DELETE"), ("/cancel", "POST")], ids=["read", "delete", "cancel"]
)
def test_nobody_reaches_an_interaction_without_a_key(
    simulator: Client, submit: Submit, path: str, method: str
) -> None:
    url = f"/google/v1beta/interactions/{submit().prediction_id}{path}"
    assert simulator.call(method, url).json()["error"]["details"][0]["reason"] == "API_KEY_INVALID"


def test_an_interaction_is_deleted_only_when_it_has_ended(simulator: Client, submit: Submit) -> None:
    interaction_id = submit().prediction_id
    url, key = f"/google/v1beta/interactions/{interaction_id}", {"x-goog-api-key": "key"}
    assert simulator.call("DELETE", url, headers=key).json()["error"]["code"] == "invalid_request"
    simulator.complete(interaction_id)
    assert simulator.call("DELETE", url, headers=key).status == 200
    assert simulator.call("GET", url, headers=key).status == 404
