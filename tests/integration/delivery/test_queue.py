"""What happens while an endpoint is disabled, and how it is told of it afterwards."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.integration.delivery.conftest import START_MS, World
from tidegate.domain.webhook_queue import QUEUE_RETENTION_MS, Drain, QueuedEvent, QueuedState
from tidegate.domain.webhooks import (
    DEFAULT_EVENTS,
    DeliveryAttempt,
    Endpoint,
    EndpointNotFound,
    Event,
    EventType,
)
from tidegate.usecases.deliver import Outcome, deliver
from tidegate.usecases.drain import drain_next, start_drain


@pytest.fixture
def endpoint(world: World) -> Endpoint:
    """An endpoint that is disabled and subscribed to everything."""
    endpoint = world.add(events=[*DEFAULT_EVENTS, EventType.LOW_BALANCE]).endpoint
    world.webhooks.set_enabled("acc-1", endpoint.endpoint_id, enabled=False)
    return endpoint


def many(event: Event, count: int) -> list[Event]:
    """Return events, a second apart."""
    return [
        replace(event, event_id=f"gen-{index}:completed", occurred_at_ms=event.occurred_at_ms + 1_000 * index)
        for index in range(count)
    ]


def enable(world: World, endpoint: Endpoint) -> None:
    world.webhooks.set_enabled("acc-1", endpoint.endpoint_id, enabled=True)


def order(world: World, endpoint: Endpoint) -> int:
    return start_drain(
        "acc-1", endpoint.endpoint_id, webhooks=world.webhooks, queue=world.queue, now_ms=world.clock.ms
    )


def states(world: World, endpoint: Endpoint) -> list[QueuedState]:
    kept = world.webhooks.queued_events("acc-1", endpoint.endpoint_id)
    return [entry.state(world.clock.ms) for entry in kept]


def posted(world: World) -> list[str]:
    """The ids of the deliveries that were posted, in order."""
    return [request.headers["X-BabySea-Delivery-Id"] for request in world.receiver.received]


def test_a_disabled_endpoints_events_wait_and_nothing_is_posted(
    world: World, event: Event, endpoint: Endpoint
) -> None:
    low = replace(event, event_id="low", event_type=EventType.LOW_BALANCE)
    for told in (event, low, event):
        assert world.tell(told) == ()
    world.work()
    assert states(world, endpoint) == [QueuedState.PENDING] * 2
    assert world.receiver.received == []
    assert world.webhooks.deliveries("acc-1") == ()


def test_a_test_does_not_wait_for_a_disabled_endpoint(world: World, event: Event, endpoint: Endpoint) -> None:
    world.tell(replace(event, event_type=EventType.TEST, endpoint_id=endpoint.endpoint_id))
    assert states(world, endpoint) == []


def test_an_event_that_the_endpoint_is_not_subscribed_to_does_not_wait(world: World, event: Event) -> None:
    endpoint = world.add(events=[EventType.FAILED]).endpoint
    world.webhooks.set_enabled("acc-1", endpoint.endpoint_id, enabled=False)
    world.tell(event)
    assert states(world, endpoint) == []


def test_a_delivery_that_finds_its_endpoint_disabled_waits_too(world: World, event: Event) -> None:
    endpoint = world.add().endpoint
    key = world.tell_one(event)
    world.webhooks.set_enabled("acc-1", endpoint.endpoint_id, enabled=False)

    assert world.work() == [Outcome.FAILED]

    assert world.receiver.received == []
    assert world.stored(key).error == "the endpoint is disabled: the event is queued"
    assert states(world, endpoint) == [QueuedState.PENDING]
    assert world.tell(event) == ()
    assert len(states(world, endpoint)) == 1


def test_queued_events_are_delivered_in_order_with_fresh_ids_times_and_data_unchanged(
    world: World, event: Event, endpoint: Endpoint
) -> None:
    events = many(event, 5)
    for told in reversed(events):
        world.tell(told)
    waiting = {entry.delivery_id for entry in world.webhooks.queued_events("acc-1", endpoint.endpoint_id)}
    world.clock.ms += 3_600_000
    enable(world, endpoint)

    assert order(world, endpoint) == 5
    assert world.work() == [Outcome.DELIVERED] * 5

    bodies = [json.loads(request.body) for request in world.receiver.received]
    assert [body["webhook_data"] for body in bodies] == [told.data for told in events]
    assert len(set(posted(world))) == 5
    assert not waiting & set(posted(world))
    assert {body["webhook_timestamp"] for body in bodies} == {"2027-01-15T09:00:00.000Z"}
    assert states(world, endpoint) == [QueuedState.DELIVERED] * 5
    assert order(world, endpoint) == 0


def test_the_next_event_waits_until_the_one_before_was_taken(
    world: World, event: Event, endpoint: Endpoint
) -> None:
    for told in many(event, 2):
        world.tell(told)
    enable(world, endpoint)
    order(world, endpoint)
    world.receiver.answer(500, 500, 200)

    world.work()

    first, second = posted(world)[0], posted(world)[-1]
    assert posted(world) == [first, first, first, second]


def test_the_first_that_is_not_taken_stops_the_queue_and_another_order_begins_with_it(
    world: World, event: Event, endpoint: Endpoint
) -> None:
    for told in many(event, 3):
        world.tell(told)
    enable(world, endpoint)
    order(world, endpoint)
    world.receiver.answer(200, *[500] * 5)

    assert world.work() == [Outcome.DELIVERED, *[Outcome.RETRYING] * 4, Outcome.FAILED]
    assert states(world, endpoint) == [QueuedState.DELIVERED, QueuedState.PENDING, QueuedState.PENDING]

    assert order(world, endpoint) == 2
    assert world.work() == [Outcome.DELIVERED] * 2
    assert states(world, endpoint) == [QueuedState.DELIVERED] * 3


def test_after_72_hours_a_queued_event_is_not_delivered_any_more(
    world: World, event: Event, endpoint: Endpoint
) -> None:
    world.tell(event)
    world.clock.ms += QUEUE_RETENTION_MS
    enable(world, endpoint)

    assert order(world, endpoint) == 0
    assert world.work() == []
    assert states(world, endpoint) == [QueuedState.EXPIRED]


def test_repeated_messages_deliver_every_event_once(world: World, event: Event, endpoint: Endpoint) -> None:
    for told in many(event, 3):
        world.tell(told)
    enable(world, endpoint)
    order(world, endpoint)
    world.queue.double = True

    world.work(50)

    assert len(posted(world)) == len(set(posted(world))) == 3
    assert states(world, endpoint) == [QueuedState.DELIVERED] * 3


def test_two_orders_at_once_deliver_every_event_once(world: World, event: Event, endpoint: Endpoint) -> None:
    for told in many(event, 3):
        world.tell(told)
    enable(world, endpoint)
    order(world, endpoint)
    order(world, endpoint)

    world.work()

    assert len(posted(world)) == 3
    assert states(world, endpoint) == [QueuedState.DELIVERED] * 3


def test_a_crash_before_the_queue_moved_on_is_recovered(
    world: World, event: Event, endpoint: Endpoint
) -> None:
    for told in many(event, 2):
        world.tell(told)
    enable(world, endpoint)
    order(world, endpoint)
    drain = Drain.from_message(world.queue.receive())
    assert drain is not None
    key = drain_next(drain, webhooks=world.webhooks, queue=world.queue, now_ms=START_MS)
    assert key is not None
    deliver(key, world.sender)
    world.queue.clear()  # the worker died right before it sent the message that goes on

    assert deliver(key, world.sender) is Outcome.SETTLED
    world.work()

    assert len(posted(world)) == 2
    assert states(world, endpoint) == [QueuedState.DELIVERED] * 2


def test_a_crash_between_the_answer_and_the_note_in_the_queue_is_recovered(
    world: World, event: Event, endpoint: Endpoint
) -> None:
    world.tell(event)
    enable(world, endpoint)
    order(world, endpoint)
    drain = Drain.from_message(world.queue.receive())
    assert drain is not None
    key = drain_next(drain, webhooks=world.webhooks, queue=world.queue, now_ms=START_MS)
    assert key is not None
    claimed = world.webhooks.claim(key, now_ms=START_MS, until_ms=START_MS, most=5).delivery
    assert claimed is not None
    world.webhooks.record_success(key, DeliveryAttempt(1, START_MS, 0, 200))
    world.queue.clear()

    drain_next(drain, webhooks=world.webhooks, queue=world.queue, now_ms=START_MS)

    assert states(world, endpoint) == [QueuedState.DELIVERED]
    assert world.work() == []


@pytest.mark.parametrize("state", ["absent", "disabled"])
def test_only_an_enabled_endpoint_is_told_what_was_queued(
    world: World, endpoint: Endpoint, state: str
) -> None:
    endpoint_id = endpoint.endpoint_id if state == "disabled" else "no-such"
    with pytest.raises(EndpointNotFound):
        start_drain("acc-1", endpoint_id, webhooks=world.webhooks, queue=world.queue, now_ms=START_MS)


def test_an_endpoint_disabled_again_stops_its_queue(world: World, event: Event, endpoint: Endpoint) -> None:
    for told in many(event, 2):
        world.tell(told)
    enable(world, endpoint)
    order(world, endpoint)
    world.webhooks.set_enabled("acc-1", endpoint.endpoint_id, enabled=False)

    assert world.work() == [Outcome.FAILED]
    assert world.receiver.received == []
    assert states(world, endpoint) == [QueuedState.PENDING] * 2


@pytest.mark.parametrize("by", ["fan-out", "a delivery"])
def test_an_event_that_is_queued_just_after_the_queue_was_delivered_is_delivered_too(
    world: World, event: Event, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    earlier, late = many(event, 2)
    if by == "a delivery":
        enable(world, endpoint)
        world.tell(late)
        world.webhooks.set_enabled("acc-1", endpoint.endpoint_id, enabled=False)
    world.tell(earlier)
    keep = world.webhooks.queue_event

    def meet(waiting: QueuedEvent) -> None:
        monkeypatch.undo()
        enable(world, endpoint)
        order(world, endpoint)
        world.work()
        keep(waiting)

    monkeypatch.setattr(world.webhooks, "queue_event", meet)
    if by == "fan-out":
        world.tell(late)
    world.work()

    assert states(world, endpoint) == [QueuedState.DELIVERED] * 2
    assert len(posted(world)) == 2


def test_an_event_that_is_queued_just_after_its_endpoint_was_enabled_goes_alone(
    world: World, event: Event, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier, late = many(event, 2)
    world.tell(earlier)
    keep = world.webhooks.queue_event

    def meet(waiting: QueuedEvent) -> None:
        enable(world, endpoint)
        keep(waiting)

    monkeypatch.setattr(world.webhooks, "queue_event", meet)
    world.tell(late)
    world.work()

    assert states(world, endpoint) == [QueuedState.PENDING, QueuedState.DELIVERED]
