"""From a queued delivery to a signed POST, and what is done when it fails."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import stripe

from tests.integration.delivery.conftest import START_MS, World
from tests.integration.delivery.receiver import Answer, Received
from tidegate.adapters.http import HttpClient
from tidegate.adapters.sealing import Sealer, UnsealingFailed
from tidegate.domain.webhook_retries import RetryPlan
from tidegate.domain.webhooks import (
    Delivery,
    DeliveryAttempt,
    DeliveryKey,
    DeliveryStatus,
    Event,
)
from tidegate.runtime import Runtime
from tidegate.usecases.deliver import Outcome, deliver


def signature_of(request: Received) -> str:
    return request.headers["X-BabySea-Signature"]


def test_a_delivery_is_posted_once_and_verifies(world: World, event: Event) -> None:
    secret = world.add().secret
    key = world.tell_one(event)

    assert world.work() == [Outcome.DELIVERED]

    (request,) = world.receiver.received
    assert request.path == "/hooks"
    assert stripe.WebhookSignature.verify_header(request.body, signature_of(request), secret)
    assert request.headers["X-BabySea-Event"] == "generation.completed"
    assert request.headers["X-BabySea-Delivery-Id"] == key.delivery_id
    envelope = json.loads(request.body)
    assert envelope["webhook_delivery_id"] == key.delivery_id
    assert envelope["webhook_timestamp"] == request.headers["X-BabySea-Timestamp"]
    assert envelope["webhook_data"] == event.data


def test_the_operators_times_are_those_of_the_function(runtime: Runtime) -> None:
    assert runtime.retry_plan == RetryPlan()
    assert Runtime({"TIDEGATE_WEBHOOK_TIMES": "3:10:15"}).retry_plan == RetryPlan(3.0, 10, (15,))


def test_a_success_is_in_the_log(world: World, event: Event) -> None:
    world.add()
    key = world.tell_one(event)
    world.receiver.answer(204)
    world.work()

    stored = world.stored(key)
    assert stored.status is DeliveryStatus.DELIVERED
    assert stored.error is None
    assert stored.log == (DeliveryAttempt(1, START_MS, 0, status_code=204),)


def test_a_retry_has_the_same_id_and_body_and_a_fresh_signature(world: World, event: Event) -> None:
    secret = world.add().secret
    world.tell_one(event)
    world.receiver.answer(503, 200)

    assert world.work() == [Outcome.RETRYING, Outcome.DELIVERED]

    first, second = world.receiver.received
    assert first.body == second.body
    assert first.headers["X-BabySea-Delivery-Id"] == second.headers["X-BabySea-Delivery-Id"]
    assert signature_of(first) != signature_of(second)
    for request in (first, second):
        assert stripe.WebhookSignature.verify_header(request.body, signature_of(request), secret)


def test_a_receiver_that_is_too_slow_is_tried_again(world: World, event: Event) -> None:
    world.add()
    key = world.tell_one(event)
    world.receiver.answers.append(Answer(hangs=True))
    world.sender = replace(world.sender, plan=RetryPlan(timeout_s=0.5))

    assert world.work() == [Outcome.RETRYING, Outcome.DELIVERED]
    assert world.stored(key).log[0].error == "no complete answer within 0.5 s"


def test_a_receiver_that_is_not_there_is_tried_again(world: World, event: Event) -> None:
    endpoint = world.add().endpoint
    key = world.tell_one(event)
    nobody = "127.0.0.1:9"
    world.webhooks.put_endpoint(replace(endpoint, url=f"http://{nobody}/"))
    world.sender = replace(world.sender, http=HttpClient(frozenset({nobody})))

    assert world.work(5) == [Outcome.RETRYING] * 5
    assert world.stored(key).log[-1].error == "the connection failed"


def test_a_redirect_is_a_failure_and_is_not_followed(world: World, event: Event) -> None:
    world.add()
    key = world.tell_one(event)
    world.receiver.answers.append(Answer(302, {"Location": f"http://{world.receiver.authority}/elsewhere"}))

    assert world.work() == [Outcome.RETRYING, Outcome.DELIVERED]
    assert [request.path for request in world.receiver.received] == ["/hooks", "/hooks"]
    assert world.stored(key).log[0].error == "HTTP 302"


@pytest.mark.parametrize("size", [1_000, 10_000_000])
def test_a_2xx_counts_however_large_its_body(world: World, event: Event, size: int) -> None:
    world.add()
    world.tell_one(event)
    world.receiver.answers.append(Answer(body=b"x" * size))

    assert world.work() == [Outcome.DELIVERED]
    assert len(world.receiver.received) == 1


def test_a_private_address_is_refused_at_once_and_never_called(world: World, event: Event) -> None:
    world.add()
    key = world.tell_one(event)
    world.sender = replace(world.sender, http=HttpClient())

    assert world.work() == [Outcome.FAILED]

    assert world.receiver.received == []
    stored = world.stored(key)
    assert stored.attempts == 1
    assert "not allowed" in str(stored.error)


def test_a_public_name_with_a_private_address_is_refused(world: World, event: Event) -> None:
    endpoint = world.add().endpoint
    key = world.tell_one(event)
    world.webhooks.put_endpoint(replace(endpoint, url="https://rebound.example.com/"))
    rebound = HttpClient(resolve=lambda _name, _timeout_s: ["169.254.169.254"])
    world.sender = replace(world.sender, http=rebound)

    assert world.work() == [Outcome.FAILED]
    assert "not a public host" in str(world.stored(key).error)


def test_a_delivery_to_an_endpoint_that_is_gone_fails(world: World, event: Event) -> None:
    orphan = Delivery(DeliveryKey("acc-1", START_MS, "d-1"), "no-such", "e-1", event.event_type, "{}")
    world.webhooks.create_delivery(orphan)

    assert deliver(orphan.key, world.sender) is Outcome.FAILED
    assert world.stored(orphan.key).error == "the endpoint was removed"


def test_an_expired_delivery_is_dropped(world: World) -> None:
    assert deliver(DeliveryKey("acc-1", START_MS, "d-1"), world.sender) is Outcome.UNKNOWN


def test_a_secret_of_another_key_is_an_error_and_nothing_is_posted(world: World, event: Event) -> None:
    world.add()
    key = world.tell_one(event)
    world.sender = replace(world.sender, sealer=Sealer(b"some other sealing key"))

    with pytest.raises(UnsealingFailed):
        deliver(key, world.sender)
    assert world.receiver.received == []
