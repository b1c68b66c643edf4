"""Endpoints are changed: their secret, their events; they are removed; a delivery is sent again."""

from __future__ import annotations

import json

import pytest
import stripe

from tests.integration.delivery.conftest import START_MS, World
from tests.integration.delivery.receiver import Received
from tidegate.domain.errors import InvalidInput
from tidegate.domain.webhooks import (
    DeliveryNotFound,
    DeliveryStatus,
    EndpointNotFound,
    Event,
    EventType,
)
from tidegate.usecases.deliver import Outcome
from tidegate.usecases.endpoints import (
    NewEndpoint,
    remove_endpoint,
    rotate_secret,
    set_enabled,
    set_events,
)
from tidegate.usecases.replay_delivery import replay

HOUR_MS = 3_600_000


def rotate(world: World, new: NewEndpoint, grace_hours: int = 24) -> NewEndpoint:
    return rotate_secret(
        "acc-1",
        new.endpoint.endpoint_id,
        grace_hours=grace_hours,
        webhooks=world.webhooks,
        sealer=world.sealer,
        now_ms=world.clock.ms,
    )


def accepts(request: Received, secret: str) -> bool:
    try:
        return bool(
            stripe.WebhookSignature.verify_header(
                request.body, request.headers["X-BabySea-Signature"], secret
            )
        )
    except stripe.SignatureVerificationError:
        return False


def test_during_the_grace_both_secrets_verify_and_then_the_new_one_alone(world: World, event: Event) -> None:
    old = world.add()
    new = rotate(world, old)
    assert new.secret != old.secret
    assert new.endpoint.previous_until_ms == START_MS + 24 * HOUR_MS

    world.tell(event)
    world.work()
    world.clock.ms += 24 * HOUR_MS
    world.tell(Event("gen-2:completed", event.event_type, "acc-1", world.clock.ms, event.data))
    world.work()

    during, after = world.receiver.received
    assert [accepts(during, secret) for secret in (old.secret, new.secret)] == [True, True]
    assert [accepts(after, secret) for secret in (old.secret, new.secret)] == [False, True]


def test_without_grace_the_old_secret_stops_at_once(world: World, event: Event) -> None:
    old = world.add()
    new = rotate(world, old, grace_hours=0)
    world.tell(event)
    world.work()
    (request,) = world.receiver.received
    assert [accepts(request, secret) for secret in (old.secret, new.secret)] == [False, True]


def test_after_two_rotations_the_last_two_secrets_sign(world: World, event: Event) -> None:
    first = world.add()
    second = rotate(world, first)
    third = rotate(world, first)
    world.tell(event)
    world.work()
    (request,) = world.receiver.received
    secrets = (first.secret, second.secret, third.secret)
    assert [accepts(request, secret) for secret in secrets] == [False, True, True]


def test_a_secret_that_somebody_else_changed_meanwhile_is_not_overwritten(world: World) -> None:
    new = world.add()
    rotate(world, new)
    sealed = world.sealer.seal("whsec_x", account_id="acc-1", endpoint_id=new.endpoint.endpoint_id)
    assert not world.webhooks.set_secret(new.endpoint, sealed, "whsec_x…", until_ms=START_MS)


@pytest.mark.parametrize("grace_hours", [-1, 169])
def test_a_grace_that_cannot_be_meant_is_refused(world: World, grace_hours: int) -> None:
    new = world.add()
    with pytest.raises(InvalidInput) as refusal:
        rotate(world, new, grace_hours)
    assert refusal.value.details == {"field": "grace_hours"}
    assert world.endpoint(new) == new.endpoint


def test_an_endpoints_events_are_changed(world: World, event: Event) -> None:
    new = world.add()
    chosen = [EventType.FAILED, EventType.LOW_BALANCE, EventType.FAILED]
    changed = set_events("acc-1", new.endpoint.endpoint_id, chosen, webhooks=world.webhooks)
    assert changed.events == (EventType.FAILED, EventType.LOW_BALANCE)
    assert world.tell(event) == ()


def test_an_endpoint_that_is_removed_is_told_nothing_more(world: World, event: Event) -> None:
    new = world.add()
    key = world.tell_one(event)
    remove_endpoint("acc-1", new.endpoint.endpoint_id, webhooks=world.webhooks)

    assert world.work() == [Outcome.FAILED]
    assert world.receiver.received == []
    assert world.stored(key).error == "the endpoint was removed"
    assert world.webhooks.endpoints("acc-1") == ()


def test_what_is_not_there_cannot_be_changed(world: World) -> None:
    stranger = world.add("acc-2").endpoint.endpoint_id
    for endpoint_id in ("no-such", stranger):
        with pytest.raises(EndpointNotFound):
            remove_endpoint("acc-1", endpoint_id, webhooks=world.webhooks)
        with pytest.raises(EndpointNotFound):
            set_events("acc-1", endpoint_id, [EventType.FAILED], webhooks=world.webhooks)
        with pytest.raises(EndpointNotFound):
            set_enabled("acc-1", endpoint_id, webhooks=world.webhooks, enabled=True)
    assert [endpoint.endpoint_id for endpoint in world.webhooks.endpoints("acc-2")] == [stranger]


def test_a_delivery_is_sent_again_under_an_id_a_time_and_a_signature_of_its_own(
    world: World, event: Event
) -> None:
    secret = world.add().secret
    first = world.tell_one(event)
    world.work()
    world.clock.ms += HOUR_MS

    again = replay(
        "acc-1", first.delivery_id, webhooks=world.webhooks, queue=world.queue, now_ms=world.clock.ms
    )
    world.work()

    original, repeated = world.receiver.received
    assert accepts(repeated, secret)
    assert again.delivery_id == repeated.headers["X-BabySea-Delivery-Id"] != first.delivery_id
    told = [json.loads(request.body) for request in (original, repeated)]
    assert told[0]["webhook_data"] == told[1]["webhook_data"]
    assert told[0]["webhook_timestamp"] != told[1]["webhook_timestamp"]
    assert world.stored(again).status is DeliveryStatus.DELIVERED


def test_a_delivery_of_another_account_or_to_a_disabled_endpoint_is_not_sent_again(
    world: World, event: Event
) -> None:
    new = world.add()
    key = world.tell_one(event)
    world.work()
    for account_id, delivery_id in (("acc-2", key.delivery_id), ("acc-1", "no-such")):
        with pytest.raises(DeliveryNotFound):
            replay(account_id, delivery_id, webhooks=world.webhooks, queue=world.queue, now_ms=START_MS)
    set_enabled("acc-1", new.endpoint.endpoint_id, webhooks=world.webhooks, enabled=False)
    with pytest.raises(EndpointNotFound):
        replay("acc-1", key.delivery_id, webhooks=world.webhooks, queue=world.queue, now_ms=START_MS)
    assert len(world.receiver.received) == 1
