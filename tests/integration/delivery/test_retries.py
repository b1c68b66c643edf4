"""The long tail: when a delivery comes back, what asks for patience, and what puts an end to it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.integration.delivery.conftest import START_MS, World
from tests.integration.delivery.receiver import Answer
from tidegate.domain.webhook_retries import LIFETIME_MS, TAIL_S
from tidegate.domain.webhooks import DeliveryStatus, Event, EventType
from tidegate.surfaces.babysea.webhook_events import webhook_test_event
from tidegate.usecases.deliver import Outcome

HOUR_MS = 3_600_000


def number(event: Event, index: int) -> Event:
    """Return another event of the same kind."""
    return replace(event, event_id=f"{event.event_id}/{index}")


def test_a_delivery_that_is_never_taken_fails_after_three_days(world: World, event: Event) -> None:
    world.add()
    key = world.tell_one(event)
    world.receiver.answer(*[500] * 13, 502)

    assert world.work() == [*[Outcome.RETRYING] * 13, Outcome.FAILED]

    assert world.queue.delays_s == [0, 1, 2, 3, 5, 60, 300]
    assert len(world.schedules.made) == len(TAIL_S) - 2
    assert 74 * HOUR_MS < world.clock.ms - START_MS < LIFETIME_MS
    stored = world.stored(key)
    assert (stored.status, stored.error) == (DeliveryStatus.FAILED, "HTTP 502")
    assert [attempt.number for attempt in stored.log] == list(range(1, 15))
    assert len({request.headers["X-BabySea-Delivery-Id"] for request in world.receiver.received}) == 1


def test_a_receiver_that_comes_back_after_hours_gets_its_delivery(world: World, event: Event) -> None:
    world.add()
    key = world.tell_one(event)
    world.receiver.answer(*[503] * 9)

    assert world.work()[-1] is Outcome.DELIVERED
    assert world.stored(key).attempts == 10
    assert world.clock.ms - START_MS > 7 * HOUR_MS


def test_when_no_schedule_can_be_made_the_queue_carries_the_wait(world: World, event: Event) -> None:
    world.add()
    key = world.tell_one(event)
    world.receiver.answer(*[503] * 8)
    world.schedules.full = True

    outcomes = world.work()

    assert outcomes[-1] is Outcome.DELIVERED
    assert outcomes.count(Outcome.DEFERRED) == 1 + 7  # 1,800 s and 7,200 s in steps of 900 s
    assert world.stored(key).attempts == 9


def test_a_test_event_is_not_tried_for_days(world: World) -> None:
    endpoint = world.add().endpoint
    test = Event.from_detail(webhook_test_event("acc-1", endpoint.endpoint_id, START_MS))
    world.tell(test)
    world.receiver.answer(*[500] * 20)

    assert world.work() == [*[Outcome.RETRYING] * 4, Outcome.FAILED]


@pytest.mark.parametrize(("asked", "wait_s"), [("120", 120), ("999999", 3_600), ("soon", 1), ("0", 1)])
def test_a_receiver_that_asks_for_patience_gets_it_up_to_an_hour(
    world: World, event: Event, asked: str, wait_s: int
) -> None:
    world.add()
    key = world.tell_one(event)
    world.receiver.answers.append(Answer(429, {"Retry-After": asked}))

    assert world.work() == [Outcome.RETRYING, Outcome.DELIVERED]
    waited_ms = world.clock.ms - START_MS
    assert wait_s * 1_000 - 1_000 < waited_ms <= wait_s * 1_000
    assert world.stored(key).log[0].status_code == 429


def test_a_receiver_that_is_gone_is_never_called_again(world: World, event: Event) -> None:
    new = world.add()
    key = world.tell_one(event)
    world.receiver.answer(410)

    assert world.work() == [Outcome.FAILED]

    endpoint = world.endpoint(new)
    assert not endpoint.enabled
    assert (endpoint.disabled_because, endpoint.disabled_at_ms) == ("it answered 410", START_MS)
    assert world.told == [endpoint]
    assert (world.stored(key).status, world.stored(key).error) == (DeliveryStatus.FAILED, "HTTP 410")
    assert world.tell(number(event, 2)) == ()
    assert len(world.receiver.received) == 1


def test_fifteen_failed_deliveries_in_a_row_turn_an_endpoint_off_and_the_operator_is_told_once(
    world: World, event: Event
) -> None:
    new = world.add()
    world.receiver.answer(*[500] * 500)
    for index in range(14):
        world.tell(number(event, index))
    world.work(14 * 5)
    assert world.endpoint(new).enabled
    assert world.endpoint(new).failures == 14
    assert world.told == []

    for index in (14, 15):
        world.tell(number(event, index))
    world.work()

    endpoint = world.endpoint(new)
    assert not endpoint.enabled
    assert endpoint.disabled_because == "15 deliveries in a row failed, the last with: HTTP 500"
    assert world.told == [replace(endpoint, failures=15)]


def test_an_endpoint_that_was_turned_off_is_called_no_more_and_its_tail_is_queued(
    world: World, event: Event
) -> None:
    new = world.add()
    world.receiver.answer(*[500] * 500)
    for index in range(15):
        world.tell(number(event, index))
    world.work()

    assert len(world.receiver.received) == 15 * 5
    kept = list(world.webhooks.queued_events("acc-1", new.endpoint.endpoint_id))
    assert {entry.event.event_id for entry in kept} == {number(event, index).event_id for index in range(15)}


def test_one_success_ends_the_run(world: World, event: Event) -> None:
    new = world.add()
    for index in range(14):
        world.receiver.answer(*[500] * 5)
        world.tell(number(event, index))
        world.work(5)
        world.queue.clear()
    assert world.endpoint(new).failures == 14

    world.tell(number(event, 14))
    world.work()
    assert world.endpoint(new).failures == 0

    world.receiver.answer(*[500] * 5)
    world.tell(number(event, 15))
    world.work(5)
    assert world.endpoint(new).failures == 1
    assert world.endpoint(new).enabled


def test_enabled_again_an_endpoint_starts_with_a_clean_record(world: World, event: Event) -> None:
    new = world.add()
    world.tell(event)
    world.receiver.answer(410)
    world.work()

    world.webhooks.set_enabled("acc-1", new.endpoint.endpoint_id, enabled=True)

    assert world.endpoint(new) == new.endpoint


def test_an_endpoint_that_is_off_is_not_turned_off_again(world: World) -> None:
    endpoint_id = world.add().endpoint.endpoint_id
    turned_off = [
        world.webhooks.disable("acc-1", endpoint_id, because="it answered 410", at_ms=START_MS + later)
        for later in range(2)
    ]
    assert [endpoint is not None for endpoint in turned_off] == [True, False]


def test_an_endpoint_that_had_a_success_meanwhile_stays_on(world: World) -> None:
    endpoint_id = world.add().endpoint.endpoint_id
    for _ in range(15):
        reached = world.webhooks.count_failure("acc-1", endpoint_id)
    world.webhooks.end_failures("acc-1", endpoint_id)
    assert reached
    assert (
        world.webhooks.disable("acc-1", endpoint_id, because="15", at_ms=START_MS, after_failures=15) is None
    )


def test_an_endpoint_from_before_failures_were_counted_counts_from_zero(world: World, event: Event) -> None:
    new = world.add(events=[EventType.COMPLETED])
    client, key = world.webhooks._client, {"account_id": {"S": "acc-1"}}
    key["item"] = {"S": f"endpoint#{new.endpoint.endpoint_id}"}
    client.update_item(TableName="webhooks", Key=key, UpdateExpression="REMOVE failures")
    world.tell(event)
    world.receiver.answer(*[500] * 5)

    world.work(5)

    assert world.endpoint(new).failures == 1
