"""A write that was applied and whose answer was lost is no write of somebody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.integration.delivery.conftest import START_MS, World
from tests.integration.delivery.test_rotation import accepts, rotate
from tests.integration.lost_answers import losing_answers
from tidegate.domain.webhook_queue import QueuedState
from tidegate.domain.webhooks import Event
from tidegate.runtime import Runtime
from tidegate.usecases.deliver import Outcome
from tidegate.usecases.drain import start_drain


def sets(name: str) -> Callable[[dict[str, Any]], bool]:
    """Whether an update sets this attribute."""
    return lambda request: f"{name} = " in request["UpdateExpression"]


@pytest.mark.parametrize("status", [200, 500])
def test_a_queue_moves_on_when_the_answer_to_a_record_was_lost(
    world: World, runtime: Runtime, event: Event, status: int
) -> None:
    where = ("acc-1", world.add().endpoint.endpoint_id)
    world.webhooks.set_enabled(*where, enabled=False)
    for number in range(2):
        world.tell(replace(event, event_id=f"gen-{number}", occurred_at_ms=event.occurred_at_ms + number))
    world.webhooks.set_enabled(*where, enabled=True)
    world.receiver.answer(*[status] * 5)
    start_drain(*where, webhooks=world.webhooks, queue=world.queue, now_ms=world.clock.ms)

    with losing_answers(runtime.dynamodb, "update_item", sets("attempt_log")):
        world.work()
    if status != 200:  # the first was given back at once: the next order begins with it
        start_drain(*where, webhooks=world.webhooks, queue=world.queue, now_ms=world.clock.ms)
        world.work()

    kept = world.webhooks.queued_events(*where)
    assert [entry.state(world.clock.ms) for entry in kept] == [QueuedState.DELIVERED] * 2


@pytest.mark.parametrize("lost", ["attempt_log", "disabled_because"])
def test_an_endpoint_that_is_gone_is_disabled_and_told_of_when_an_answer_was_lost(
    world: World, runtime: Runtime, event: Event, lost: str
) -> None:
    new = world.add()
    world.receiver.answer(410)
    world.tell(event)

    with losing_answers(runtime.dynamodb, "update_item", sets(lost)):
        assert world.work() == [Outcome.FAILED]

    assert not world.endpoint(new).enabled
    assert [endpoint.disabled_because for endpoint in world.told] == ["it answered 410"]


def test_a_new_secret_is_shown_when_the_answer_to_its_storing_was_lost(
    world: World, runtime: Runtime, event: Event
) -> None:
    old = world.add()
    with losing_answers(runtime.dynamodb, "update_item"):
        new = rotate(world, old, grace_hours=0)

    world.tell(event)
    world.work()
    (request,) = world.receiver.received
    assert accepts(request, new.secret)
    assert new.endpoint.previous_until_ms == START_MS
