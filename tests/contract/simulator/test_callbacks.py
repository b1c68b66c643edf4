"""Callbacks: signed as each vendor signs them, sent again when refused, faulty when scripted so."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.contract.simulator.client import FAL_FLUX, Client, eventually
from tests.contract.simulator.conftest import Hooks


def webhook_of(simulator: Client) -> Webhook:
    return Webhook(simulator.replicate("GET", "/webhooks/default/secret").json()["key"])


def verify_fal(simulator: Client, delivery: Mapping[str, Any]) -> None:
    """Check a delivery with the published keys, as fal's documentation says."""
    (key,) = simulator.call("GET", "/fal/.well-known/jwks.json").json()["keys"]
    assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")
    headers = delivery["headers"]
    names = ("request-id", "user-id", "timestamp")
    lines = [headers[f"x-fal-webhook-{name}"] for name in names]
    message = "\n".join([*lines, hashlib.sha256(delivery["text"].encode()).hexdigest()])
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(key["x"] + "="))
    public.verify(bytes.fromhex(headers["x-fal-webhook-signature"]), message.encode())


def test_replicates_callback_is_the_prediction_by_standard_webhooks(simulator: Client, hooks: Hooks) -> None:
    job_id = simulator.predict("x", webhook=hooks.url, webhook_events_filter=["completed"])["id"]
    simulator.complete(job_id)
    (delivery,) = hooks.wait()
    assert webhook_of(simulator).verify(delivery["text"], delivery["headers"]) == simulator.prediction(job_id)
    assert delivery["headers"]["content-type"] == "application/json"


def test_replicate_sends_output_and_completed_unless_told_otherwise(simulator: Client, hooks: Hooks) -> None:
    simulator.complete(simulator.predict("x", webhook=hooks.url)["id"])
    bodies = [delivery["body"] for delivery in hooks.wait(2)]
    assert sorted(body["status"] for body in bodies) == ["processing", "succeeded"]
    assert all(body["output"] for body in bodies)


def test_replicate_sends_the_start_when_asked(simulator: Client, hooks: Hooks) -> None:
    job_id = simulator.predict("x", webhook=hooks.url, webhook_events_filter=["start"])["id"]
    simulator.advance(61)
    (delivery,) = hooks.wait()
    assert delivery["body"]["id"] == job_id
    assert delivery["body"]["status"] == "processing"


def test_a_cancelled_prediction_calls_back_too(simulator: Client, hooks: Hooks) -> None:
    job_id = simulator.predict("x", webhook=hooks.url, webhook_events_filter=["completed"])["id"]
    simulator.replicate("POST", f"/predictions/{job_id}/cancel")
    (delivery,) = hooks.wait()
    assert delivery["body"]["status"] == "canceled"


def test_fals_callback_is_signed_with_its_published_key(simulator: Client, hooks: Hooks) -> None:
    made = simulator.fal("POST", f"/{FAL_FLUX}?fal_webhook={hooks.url}", {"prompt": "x"}).json()
    simulator.complete(made["request_id"])
    (delivery,) = hooks.wait()
    verify_fal(simulator, delivery)
    assert abs(int(delivery["headers"]["x-fal-webhook-timestamp"]) - time.time()) < 30
    body = delivery["body"]
    assert (body["request_id"], body["gateway_request_id"]) == (made["request_id"],) * 2
    assert (body["status"], body["payload"]) == ("OK", simulator.fal("GET", made["response_url"]).json())


def test_fals_callback_of_a_refused_input_carries_the_error(simulator: Client, hooks: Hooks) -> None:
    made = simulator.fal("POST", f"/{FAL_FLUX}?fal_webhook={hooks.url}", {}).json()
    simulator.complete(made["request_id"])
    (delivery,) = hooks.wait()
    verify_fal(simulator, delivery)
    body = delivery["body"]
    assert (body["status"], body["error"]) == ("ERROR", "Invalid status code: 422")
    assert body["payload"] == simulator.fal("GET", made["response_url"]).json()


def test_a_refused_callback_is_sent_again_with_the_same_id(simulator: Client, hooks: Hooks) -> None:
    hooks.behave(status=500, times=2)
    job_id = simulator.predict("x", webhook=hooks.url, webhook_events_filter=["completed"])["id"]
    simulator.complete(job_id)
    for attempt in (1, 2):
        hooks.wait(attempt)
        wait_for_sent(simulator, attempt)
        simulator.advance(21)
    deliveries = hooks.wait(3)
    assert [delivery["status"] for delivery in deliveries] == [500, 500, 200]
    assert len({delivery["headers"]["webhook-id"] for delivery in deliveries}) == 1
    log = wait_for_sent(simulator, 3)
    assert [entry["attempt"] for entry in log] == [3, 2, 1]


def test_a_redirect_is_not_followed(simulator: Client, hooks: Hooks) -> None:
    hooks.behave(status=302, redirect_to=f"{simulator.url}/", times=1)
    simulator.control("PUT", "/settings", {"callback_retries_s": []})
    simulator.complete(simulator.predict("x", webhook=hooks.url, webhook_events_filter=["completed"])["id"])
    (entry,) = eventually(lambda: sent(simulator))
    assert entry["status"] == 302
    assert len(hooks.received()) == 1


def test_a_receiver_that_is_not_there_is_noted(simulator: Client) -> None:
    url = "http://127.0.0.1:9/nobody"
    simulator.complete(simulator.predict("x", webhook=url, webhook_events_filter=["completed"])["id"])
    (entry,) = eventually(lambda: sent(simulator))
    assert entry["status"] is None


@pytest.mark.parametrize("fault", ["bad_signature", "stale_callback"])
def test_a_scripted_callback_does_not_verify_at_replicate(
    simulator: Client, hooks: Hooks, fault: str
) -> None:
    prompt = f"[[replicate:{fault}]]"
    simulator.complete(
        simulator.predict(prompt, webhook=hooks.url, webhook_events_filter=["completed"])["id"]
    )
    (delivery,) = hooks.wait()
    with pytest.raises(WebhookVerificationError):
        webhook_of(simulator).verify(delivery["text"], delivery["headers"])


def test_a_scripted_bad_signature_does_not_verify_at_fal(simulator: Client, hooks: Hooks) -> None:
    given = {"prompt": "[[fal:bad_signature]]"}
    made = simulator.fal("POST", f"/{FAL_FLUX}?fal_webhook={hooks.url}", given).json()
    simulator.complete(made["request_id"])
    (delivery,) = hooks.wait()
    with pytest.raises(InvalidSignature):
        verify_fal(simulator, delivery)


def test_a_stale_callback_of_fal_is_an_hour_old_but_genuine(simulator: Client, hooks: Hooks) -> None:
    given = {"prompt": "[[fal:stale_callback]]"}
    made = simulator.fal("POST", f"/{FAL_FLUX}?fal_webhook={hooks.url}", given).json()
    simulator.complete(made["request_id"])
    (delivery,) = hooks.wait()
    verify_fal(simulator, delivery)
    assert time.time() - int(delivery["headers"]["x-fal-webhook-timestamp"]) >= 3600


def test_a_duplicate_callback_comes_twice_with_the_same_id(simulator: Client, hooks: Hooks) -> None:
    prompt = "[[fault:duplicate_callback]]"
    simulator.complete(
        simulator.predict(prompt, webhook=hooks.url, webhook_events_filter=["completed"])["id"]
    )
    first, second = hooks.wait(2)
    assert first["headers"]["webhook-id"] == second["headers"]["webhook-id"]
    assert json.loads(first["text"]) == json.loads(second["text"])


def test_no_callback_means_none(simulator: Client, hooks: Hooks) -> None:
    silent = simulator.predict("[[fault:no_callback]]", webhook=hooks.url)["id"]
    simulator.complete(silent)
    loud = simulator.predict("x", webhook=hooks.url, webhook_events_filter=["completed"])["id"]
    simulator.complete(loud)
    assert {delivery["body"]["id"] for delivery in hooks.wait()} == {loud}


def sent(simulator: Client) -> list[dict[str, Any]]:
    return list(simulator.control("GET", "/callbacks")["callbacks"])


def wait_for_sent(simulator: Client, count: int) -> list[dict[str, Any]]:
    return eventually(lambda: found if len(found := sent(simulator)) == count else None)
