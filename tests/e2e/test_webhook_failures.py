"""Receivers that misbehave: each ends as the contract or the guard says, and nothing private is called."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from stripe import WebhookSignature

from local.stack import services
from local.stack.stack import Stack
from tests.e2e.customer import Customer, http
from tests.e2e.deliveries import Listener, attempts, ended, probe, publish
from tests.e2e.waiting import until
from tidegate.adapters.sealing import Sealer
from tidegate.domain.webhook_queue import QueuedState
from tidegate.domain.webhooks import DeliveryStatus, Endpoint
from tidegate.runtime import Runtime
from tidegate.usecases.drain import start_drain
from tidegate.usecases.endpoints import rotate_secret, set_enabled


@pytest.fixture
def private() -> Iterator[Listener]:
    """A service of this machine that no exemption names."""
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def endpoint(customer: Customer, deployed: Runtime) -> Endpoint:
    """The customer's endpoint at the receiver."""
    (endpoint,) = deployed.webhooks.endpoints(customer.account_id)
    return endpoint


def behave(customer: Customer, **behaviour: Any) -> None:
    body = json.dumps({"path": customer.hook, **behaviour}).encode()
    assert http.request("PUT", f"{customer.info.receiver_url}/behaviour", body=body).status == 200


def test_a_receiver_that_is_down_gets_its_delivery_when_it_is_back(
    customer: Customer, deployed: Runtime, stack: Stack
) -> None:
    receiver = stack._services["receiver"]
    receiver.stop()
    try:
        publish(customer, deployed, "while-down")
        failed = until(lambda: attempts(customer, deployed, "while-down"), "an attempt failed")
    finally:
        receiver.ensure(services.receiver(stack.ports, stack.directory))
    delivery = ended(customer, deployed, "while-down")
    assert failed[0].error == "the connection failed"
    assert delivery.status is DeliveryStatus.DELIVERED
    (arrived,) = customer.deliveries("while-down")
    assert arrived["body"]["webhook_delivery_id"] == delivery.key.delivery_id


def test_a_receiver_that_fails_every_fast_attempt_is_called_again_by_a_schedule(
    customer: Customer, deployed: Runtime, endpoint: Endpoint
) -> None:
    behave(customer, status=503, times=5)
    publish(customer, deployed, "late")
    delivery = ended(customer, deployed, "late", within_s=90)
    assert [attempt.status_code for attempt in delivery.log] == [*[503] * 5, 200]
    assert delivery.log[5].at_ms - delivery.log[4].at_ms >= 13_000  # a tenth less than 15 s
    ids = {arrived["body"]["webhook_delivery_id"] for arrived in customer.deliveries("late")}
    assert ids == {delivery.key.delivery_id}
    found = deployed.webhooks.get_endpoint(customer.account_id, endpoint.endpoint_id)
    assert found is not None
    assert found.failures == 0


def test_a_receiver_that_is_too_slow_is_cut_off_and_tried_again(
    customer: Customer, deployed: Runtime
) -> None:
    behave(customer, delay_s=6, times=1)
    publish(customer, deployed, "slow")
    delivery = ended(customer, deployed, "slow")
    assert [attempt.error for attempt in delivery.log] == ["no complete answer within 3 s", None]
    assert delivery.log[0].duration_ms < 6_000


def test_a_redirect_is_a_failure_and_its_target_is_not_called(
    customer: Customer, deployed: Runtime, endpoint: Endpoint, private: Listener
) -> None:
    behave(customer, status=307, redirect_to=f"http://{private.authority}/metadata")
    delivery = probe(customer, deployed, endpoint)
    assert delivery.status is DeliveryStatus.FAILED
    assert [attempt.error for attempt in delivery.log] == ["HTTP 307"] * 5
    assert private.connections == 0


def test_a_receiver_that_is_gone_is_disabled_and_what_was_queued_comes_on_demand(
    customer: Customer, deployed: Runtime, endpoint: Endpoint
) -> None:
    behave(customer, status=410, times=1)
    publish(customer, deployed, "gone")
    assert ended(customer, deployed, "gone").error == "HTTP 410"
    off = deployed.webhooks.get_endpoint(customer.account_id, endpoint.endpoint_id)
    assert off is not None
    assert (off.enabled, off.disabled_because) == (False, "it answered 410")

    def states() -> list[QueuedState]:
        kept = deployed.webhooks.queued_events(customer.account_id, endpoint.endpoint_id)
        return [entry.state(deployed.now_ms()) for entry in kept]

    names = ["queued-1", "queued-2", "queued-3"]
    publish(customer, deployed, *names)
    until(lambda: states() == [QueuedState.PENDING] * 3, "all are queued")
    assert len(customer.deliveries()) == 1

    where = (customer.account_id, endpoint.endpoint_id)
    set_enabled(*where, webhooks=deployed.webhooks, enabled=True)
    start_drain(*where, webhooks=deployed.webhooks, queue=deployed.deliveries, now_ms=deployed.now_ms())

    until(lambda: states() == [QueuedState.DELIVERED] * 3, "the queue is delivered")
    arrived = [delivery["body"]["webhook_data"]["generation_id"] for delivery in customer.deliveries()]
    assert arrived == ["gone", *names]


@pytest.mark.parametrize(
    "url",
    [
        "http://{private}/hook",
        "https://{private}/hook",
        "https://localhost/hook",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:127.0.0.1]/hook",
    ],
)
def test_an_address_that_is_private_is_never_called_however_it_got_into_the_table(
    customer: Customer, deployed: Runtime, endpoint: Endpoint, private: Listener, url: str
) -> None:
    smuggled = replace(endpoint, url=url.format(private=private.authority))
    deployed.webhooks.put_endpoint(smuggled)
    delivery = probe(customer, deployed, smuggled)
    assert delivery.status is DeliveryStatus.FAILED
    assert delivery.attempts == 1
    assert "not allowed" in str(delivery.error)
    assert private.connections == 0


def test_during_a_rotation_the_deployed_stack_signs_with_both_secrets(
    customer: Customer, deployed: Runtime, endpoint: Endpoint
) -> None:
    renewed = rotate_secret(
        customer.account_id,
        endpoint.endpoint_id,
        grace_hours=1,
        webhooks=deployed.webhooks,
        sealer=Sealer(deployed.secrets.sealing_key),
        now_ms=deployed.now_ms(),
    )
    assert probe(customer, deployed, endpoint).status is DeliveryStatus.DELIVERED
    (arrived,) = customer.deliveries()
    headers = {name.lower(): value for name, value in arrived["headers"].items()}
    for secret in (customer.webhook_secret, renewed.secret):
        assert WebhookSignature.verify_header(arrived["text"], headers["x-babysea-signature"], secret, 300)
