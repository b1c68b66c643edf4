"""Copies of messages, workers that die and workers that are late: one id, few attempts, no loss."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.integration.delivery.conftest import START_MS, World
from tidegate.adapters.http import HttpClient, HttpResponse
from tidegate.domain.webhooks import DeliveryAttempt, DeliveryStatus, Event
from tidegate.usecases.deliver import Outcome, deliver

LEASE_MS = 30_000


def test_a_repeated_message_of_a_finished_delivery_posts_nothing(world: World, event: Event) -> None:
    world.add()
    key = world.tell_one(event)
    world.work()

    assert deliver(key, world.sender) is Outcome.SETTLED
    assert len(world.receiver.received) == 1


def test_a_repeated_message_waits_while_another_worker_is_at_it(world: World, event: Event) -> None:
    world.add()
    key = world.tell_one(event)
    world.webhooks.claim(key, now_ms=START_MS, until_ms=START_MS + LEASE_MS, most=14)

    assert deliver(key, world.sender) is Outcome.DEFERRED
    assert world.queue.delays_s[-1] == LEASE_MS // 1_000
    assert world.receiver.received == []


def test_when_a_worker_dies_the_repeated_message_delivers_after_its_lease(world: World, event: Event) -> None:
    world.add()
    key = world.tell_one(event)
    world.webhooks.claim(key, now_ms=START_MS, until_ms=START_MS + LEASE_MS, most=14)

    assert world.work() == [Outcome.DEFERRED, Outcome.DELIVERED]
    assert world.clock.ms == START_MS + LEASE_MS
    assert world.stored(key).attempts == 2
    assert world.receiver.received[0].headers["X-BabySea-Delivery-Id"] == key.delivery_id


def test_when_workers_die_in_every_attempt_the_delivery_fails(world: World, event: Event) -> None:
    world.add()
    key = world.tell_one(event)
    for _ in range(14):
        world.webhooks.claim(key, now_ms=world.clock.ms, until_ms=world.clock.ms, most=14)

    assert world.work() == [Outcome.FAILED]
    assert world.stored(key).error == "the last attempt was interrupted"
    assert world.receiver.received == []


def test_a_crash_between_the_record_and_the_next_message_loses_nothing(world: World, event: Event) -> None:
    world.add()
    key = world.tell_one(event)
    world.receiver.answer(500, 200)
    world.queue.receive()
    world.queue.broken = True
    with pytest.raises(EndpointConnectionError):
        deliver(key, world.sender)

    world.queue.send(key.to_message())  # what SQS does with a message that was not deleted

    assert world.work() == [Outcome.DEFERRED, Outcome.DELIVERED]
    assert len(world.receiver.received) == 2


def test_copies_of_a_message_never_make_more_attempts_than_one_would(world: World, event: Event) -> None:
    world.add()
    key = world.tell_one(event)
    world.queue.send(key.to_message())
    world.queue.send(key.to_message())
    world.receiver.answer(*[500] * 50)

    world.work()

    assert len(world.receiver.received) == 14
    assert world.stored(key).status is DeliveryStatus.FAILED


def test_copies_of_a_message_that_wait_for_hours_become_one(world: World, event: Event) -> None:
    world.add()
    key = world.tell_one(event)
    world.webhooks.claim(key, now_ms=START_MS, until_ms=START_MS + 7_200_000, most=14)
    world.queue.send(key.to_message())

    assert world.work(2) == [Outcome.DEFERRED, Outcome.DEFERRED]

    assert len(world.schedules.made) == len(world.queue) == 1
    assert world.work() == [Outcome.DELIVERED]


def test_a_late_failure_does_not_disturb_the_newer_attempt(world: World, event: Event) -> None:
    world.add()
    key = world.tell_one(event)
    for _ in range(2):
        world.webhooks.claim(key, now_ms=world.clock.ms, until_ms=world.clock.ms, most=14)
    late = DeliveryAttempt(1, START_MS, 40_000, error="no complete answer")

    assert not world.webhooks.record_retry(key, late, due_at_ms=START_MS + 500)
    assert not world.webhooks.record_failure(key, late)
    assert world.stored(key).status is DeliveryStatus.PENDING
    assert world.stored(key).log == ()


@pytest.mark.parametrize("status", [200, 500])
def test_a_worker_slower_than_its_lease_leaves_the_delivery_to_the_next(
    world: World, event: Event, status: int
) -> None:
    world.add()
    key = world.tell_one(event)
    world.receiver.answer(status)

    class SlowClient(HttpClient):
        def request(self, *args: Any, **options: Any) -> HttpResponse:
            world.webhooks.claim(key, now_ms=START_MS + LEASE_MS, until_ms=START_MS + LEASE_MS, most=14)
            other = DeliveryAttempt(2, START_MS + LEASE_MS, 0, status_code=200)
            world.webhooks.record_success(key, other)
            return super().request(*args, **options)

    slow = SlowClient(frozenset({world.receiver.authority}))
    world.sender = replace(world.sender, http=slow)

    assert world.work() == [Outcome.OVERTAKEN]
    assert [attempt.number for attempt in world.stored(key).log] == [2]


def test_a_late_success_counts(world: World, event: Event) -> None:
    world.add()
    key = world.tell_one(event)
    for _ in range(2):
        world.webhooks.claim(key, now_ms=world.clock.ms, until_ms=world.clock.ms, most=14)

    assert world.webhooks.record_success(key, DeliveryAttempt(1, START_MS, 40_000, 200))
    assert world.work() == [Outcome.SETTLED]
    assert world.receiver.received == []
