"""Provider callbacks through the deployed functions: the right ones hasten a poll, no other does anything."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.callbacks.conftest import PREDICTION_ID, Deployment, Post
from tests.integration.callbacks.conftest import PROVIDERS as CREDENTIALS
from tidegate.domain.attempt import AttemptStatus
from tidegate.domain.generation import new_id

PROVIDERS = ("replicate", "fal", "google")
RECEIVED = (200, {"received": True})
REJECTED = (401, {"error": "rejected"})


@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_genuine_callback_queues_a_poll(deployment: Deployment, provider: str, encoded: bool) -> None:  # noqa: FBT001
    attempt = deployment.attempts[provider]
    assert deployment.send(replace(deployment.post(provider), encoded=encoded)) == RECEIVED
    assert deployment.queued() == [
        {
            "kind": "callback",
            "account_id": "acc-1",
            "generation_id": attempt.generation_id,
            "number": 1,
            "prediction_id": PREDICTION_ID,
        }
    ]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_callback_changes_no_state_of_its_own(deployment: Deployment, provider: str) -> None:
    attempt = deployment.attempts[provider]
    deployment.send(deployment.post(provider))
    assert deployment.runtime.generations.attempts.get(attempt.generation_id, 1) == attempt


@pytest.mark.parametrize("status", [AttemptStatus.ORPHANED, AttemptStatus.SUBMITTING])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_callback_for_a_lost_job_is_welcome(
    deployment: Deployment, provider: str, status: AttemptStatus
) -> None:
    deployment.settle(provider, status)
    assert deployment.send(deployment.post(provider)) == RECEIVED
    assert len(deployment.queued()) == 1


@pytest.mark.parametrize(
    "status", [AttemptStatus.USED, AttemptStatus.FAILED, AttemptStatus.CANCELED, AttemptStatus.DISCARDED]
)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_callback_for_a_settled_attempt_is_received_and_does_nothing(
    deployment: Deployment, provider: str, status: AttemptStatus
) -> None:
    deployment.settle(provider, status)
    assert deployment.send(deployment.post(provider)) == RECEIVED
    assert deployment.queued() == []


FORGERIES: dict[str, Callable[[Post], Post]] = {
    "a wrong token": lambda post: replace(post, token="guessed"),
    "an empty token": lambda post: replace(post, token=""),
    "a token that is not ASCII": lambda post: replace(post, token="schlüssel"),
    "another attempt's number": lambda post: replace(post, number="2"),
    "a number that is none": lambda post: replace(post, number="one"),
    "a number out of range": lambda post: replace(post, number="100"),
    "number zero": lambda post: replace(post, number="0"),
    "an unknown generation": lambda post: replace(post, generation_id=new_id(1)),
    "an id that is none": lambda post: replace(post, generation_id="idempotency#acc-1"),
    "no signature": lambda post: replace(post, headers={}),
    "a changed body": lambda post: replace(post, body=post.body + b" "),
    "an empty body": lambda post: replace(post, body=b""),
}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_forged_callbacks_are_all_rejected_in_the_same_words(deployment: Deployment, provider: str) -> None:
    genuine = deployment.post(provider)
    forgeries = dict(FORGERIES)
    if provider == "google":  # its signature is not known to cover the body
        del forgeries["a changed body"]
    answers = {name: deployment.send(forge(genuine)) for name, forge in forgeries.items()}
    assert answers == dict.fromkeys(forgeries, REJECTED)
    assert deployment.queued() == []


ORIGIN = "https://api.example.com"


def for_whom(deployment: Deployment, audience: str, at_s: int | None = None) -> Post:
    """A callback of Google's that is right but for its token's audience, or time."""
    headers = deployment.by_google(audience, int(time.time()) if at_s is None else at_s)
    return replace(deployment.post("google"), headers=headers)


@pytest.mark.parametrize("audience", [ORIGIN, f"{ORIGIN}/"])
def test_google_may_sign_for_our_origin(deployment: Deployment, audience: str) -> None:
    assert deployment.send(for_whom(deployment, audience)) == RECEIVED
    assert len(deployment.queued()) == 1


@pytest.mark.parametrize(
    "audience", ["https://api.example.com.evil.example", "http://api.example.com", "project-7", f"{ORIGIN}/x"]
)
def test_google_may_sign_for_nobody_else(deployment: Deployment, audience: str) -> None:
    assert deployment.send(for_whom(deployment, audience)) == REJECTED
    assert deployment.queued() == []


def test_google_may_sign_for_an_audience_that_the_operator_named(deployment: Deployment) -> None:
    named = {"api_key": "goog", "webhook_audience": "project-7"}
    deployment.configure({**CREDENTIALS, "google": named})
    assert deployment.send(for_whom(deployment, "project-7")) == RECEIVED
    assert deployment.send(for_whom(deployment, "project-8")) == REJECTED


def test_a_token_that_was_signed_for_another_attempt_is_rejected(deployment: Deployment) -> None:
    ours = deployment.attempts["google"]
    theirs = replace(ours, generation_id=new_id(1), callback_token="another")
    assert deployment.send(for_whom(deployment, f"{ORIGIN}/{theirs.callback_path}")) == REJECTED


def test_an_event_about_another_attempt_is_rejected(deployment: Deployment) -> None:
    post = deployment.post("google")
    reference = deployment.attempts["google"].reference.encode()
    assert reference in post.body
    assert deployment.send(replace(post, body=post.body.replace(reference, b"another/1"))) == REJECTED
    assert deployment.queued() == []


def test_an_old_token_of_googles_is_rejected(deployment: Deployment) -> None:
    assert deployment.send(for_whom(deployment, ORIGIN, int(time.time()) - 400)) == REJECTED


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_signed_body_without_an_id_is_rejected(deployment: Deployment, provider: str) -> None:
    body = b'{"status":"succeeded"}'
    post = replace(deployment.post(provider), body=body, headers=deployment.signed(provider, body))
    assert deployment.send(post) == REJECTED


def test_a_callback_on_another_providers_route_is_rejected(deployment: Deployment) -> None:
    post = deployment.post("fal")
    of_replicate = deployment.attempts["replicate"]
    moved = replace(post, generation_id=of_replicate.generation_id, token=of_replicate.callback_token)
    assert deployment.send(moved) == REJECTED


def test_a_callback_for_a_provider_without_credentials_is_rejected(
    deployment: Deployment,
) -> None:
    deployment.configure(providers={})
    assert deployment.send(deployment.post("fal")) == REJECTED


def test_strangers_without_the_token_make_us_fetch_nothing(deployment: Deployment) -> None:
    for _ in range(5):
        deployment.send(replace(deployment.post("fal"), token="guessed"))
    assert deployment.key_server.requests == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_body_of_more_than_a_megabyte_is_refused(deployment: Deployment, provider: str) -> None:
    post = replace(deployment.post(provider), body=b" " * 1_048_577)
    assert deployment.send(post) == (413, {"error": "too_large"})
    assert deployment.queued() == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_outage_of_ours_asks_the_provider_to_send_again(
    deployment: Deployment, provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_args: Any, **_kwargs: Any) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "GetItem")

    monkeypatch.setattr(deployment.runtime.generations.attempts, "get", down)
    assert deployment.send(deployment.post(provider)) == (503, {"error": "unavailable"})


@pytest.mark.parametrize("provider", PROVIDERS)
def test_neither_token_nor_signature_is_logged(
    deployment: Deployment, provider: str, capsys: pytest.CaptureFixture[str]
) -> None:
    post = deployment.post(provider)
    deployment.send(post)
    deployment.send(replace(post, headers={}))
    said = "".join(capsys.readouterr())
    assert post.token not in said
    assert not any(value in said for name, value in post.headers.items() if name.endswith("Signature"))
