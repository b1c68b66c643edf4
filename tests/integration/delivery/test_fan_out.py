"""From one event to one delivery for each endpoint that wants it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.integration.delivery.conftest import World, of_account
from tidegate.domain.webhooks import DeliveryStatus, Event, EventType


def test_each_endpoint_that_wants_the_event_has_one_delivery(world: World, event: Event) -> None:
    wanted = {world.add().endpoint.endpoint_id, world.add().endpoint.endpoint_id}
    world.add(events=[EventType.FAILED])
    disabled = world.add().endpoint
    world.webhooks.set_enabled("acc-1", disabled.endpoint_id, enabled=False)

    assert len(world.tell(event)) == 2
    assert {delivery.endpoint_id for delivery in world.webhooks.deliveries("acc-1")} == wanted


def test_an_account_without_endpoints_has_no_deliveries(world: World, event: Event) -> None:
    assert world.tell(event) == ()
    assert world.webhooks.deliveries("acc-1") == ()


def test_another_accounts_endpoint_never_sees_the_event(world: World, event: Event) -> None:
    stranger = world.add("acc-2").endpoint

    world.tell(event)
    world.tell(replace(event, endpoint_id=stranger.endpoint_id))
    world.work()

    assert world.webhooks.deliveries("acc-2") == ()
    assert world.receiver.received == []


def test_two_accounts_each_hear_their_own(world: World, event: Event) -> None:
    mine, yours = world.add("acc-1").endpoint, world.add("acc-2").endpoint
    world.tell(event)
    world.tell(of_account(event, "acc-2"))

    for endpoint in (mine, yours):
        (delivery,) = world.webhooks.deliveries(endpoint.account_id)
        assert delivery.endpoint_id == endpoint.endpoint_id


def test_copies_of_an_event_make_one_delivery_and_one_post(world: World, event: Event) -> None:
    world.add()
    first = world.tell(event)
    world.work()

    assert world.tell(event) == ()
    world.work()

    assert [delivery.key for delivery in world.webhooks.deliveries("acc-1")] == list(first)
    assert len(world.receiver.received) == 1


def test_copies_that_come_before_the_first_attempt_still_post_once(world: World, event: Event) -> None:
    world.add()
    assert world.tell(event) == world.tell(event)

    world.work()

    assert len(world.webhooks.deliveries("acc-1")) == 1
    assert len(world.receiver.received) == 1


def test_a_crash_between_the_record_and_its_message_is_recovered(world: World, event: Event) -> None:
    world.add()
    world.queue.broken = True
    with pytest.raises(EndpointConnectionError):
        world.tell(event)
    assert len(world.queue) == 0

    (key,) = world.tell(event)
    world.work()

    assert world.stored(key).status is DeliveryStatus.DELIVERED
    assert len(world.receiver.received) == 1


def test_a_crash_between_two_endpoints_loses_neither(world: World, event: Event) -> None:
    endpoints = {world.add().endpoint.endpoint_id for _ in range(3)}
    keys = world.tell(event)
    world.queue.receive()
    world.work()  # the first message was lost, the two others are done

    assert len(world.tell(event)) == 1
    world.work()

    assert {world.stored(key).endpoint_id for key in keys} == endpoints
    assert all(world.stored(key).status is DeliveryStatus.DELIVERED for key in keys)
    assert len(world.receiver.received) == 3


def test_a_test_event_reaches_only_the_endpoint_it_names(world: World, event: Event) -> None:
    named = world.add(events=[EventType.FAILED]).endpoint
    world.add()

    world.tell(replace(event, event_type=EventType.TEST, endpoint_id=named.endpoint_id))

    (delivery,) = world.webhooks.deliveries("acc-1")
    assert delivery.endpoint_id == named.endpoint_id


def test_an_event_for_an_endpoint_that_is_gone_goes_nowhere(world: World, event: Event) -> None:
    world.add()
    assert world.tell(replace(event, endpoint_id="no-such")) == ()
