"""What waits for a disabled endpoint, and for how long."""

from __future__ import annotations

import json
from dataclasses import replace

from tidegate.domain.webhook_queue import (
    QUEUE_RETENTION_MS,
    Drain,
    QueuedState,
    is_queued,
    origin,
    queued,
    queued_again,
)
from tidegate.domain.webhooks import (
    DEFAULT_EVENTS,
    Drained,
    Endpoint,
    Event,
    EventType,
    drained,
    new_delivery,
)

EVENT = Event("gen-1:completed", EventType.COMPLETED, "acc-1", 1_000, {"generation_id": "gen-1"})
ENDPOINT = Endpoint("acc-1", "end-1", "https://example.com/", DEFAULT_EVENTS, b"", "", 1, enabled=False)
WAITING = queued(EVENT, ENDPOINT, 5_000)


def test_a_queued_event_is_pending_for_72_hours() -> None:
    assert WAITING.state(5_000) is QueuedState.PENDING
    assert WAITING.state(5_000 + QUEUE_RETENTION_MS - 1) is QueuedState.PENDING
    assert WAITING.state(5_000 + QUEUE_RETENTION_MS) is QueuedState.EXPIRED


def test_a_delivered_event_does_not_expire() -> None:
    done = replace(WAITING, delivered_at_ms=6_000)
    assert done.state(5_000 + QUEUE_RETENTION_MS) is QueuedState.DELIVERED


def test_an_event_and_its_delivery_that_came_too_late_wait_under_one_id() -> None:
    event = replace(EVENT, log_s=86_400)
    assert queued_again(new_delivery(event, ENDPOINT), 5_000) == queued(event, ENDPOINT, 5_000)


def test_a_test_and_what_waits_already_are_not_queued() -> None:
    test = replace(EVENT, event_type=EventType.TEST)
    assert is_queued(EVENT)
    assert not is_queued(test)
    assert queued_again(new_delivery(test, ENDPOINT), 5_000) is None
    assert queued_again(drained(EVENT, "end-1", Drained("drain-1", 1, "d-1"), 2), 5_000) is None


def test_an_order_to_deliver_survives_the_queue() -> None:
    drain = Drain("acc-1", "end-1", "drain-1", since_ms=7)
    assert Drain.from_message(json.loads(json.dumps(drain.to_message()))) == drain


def test_another_message_is_no_order_to_deliver() -> None:
    assert Drain.from_message(new_delivery(EVENT, ENDPOINT).key.to_message()) is None


def test_a_delivery_remembers_its_place_in_the_queue() -> None:
    drain = Drain("acc-1", "end-1", "drain-1")
    assert origin(WAITING, drain) == Drained("drain-1", 1_000, WAITING.delivery_id)
