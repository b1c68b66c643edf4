"""The log of deliveries is kept as the plan of their generation says, and not cut short while one lives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.integration.delivery.conftest import START_MS, World
from tidegate.domain.webhooks import DeliveryKey, Event
from tidegate.runtime import Runtime
from tidegate.usecases.replay_delivery import replay

DAY_S = 86_400
OCCURRED_S = (START_MS - 500) // 1_000


def _expiry_s(runtime: Runtime, key: DeliveryKey) -> int:
    item = runtime.dynamodb.get_item(
        TableName="webhooks",
        Key={
            "account_id": {"S": key.account_id},
            "item": {"S": f"delivery#{key.occurred_at_ms:013d}#{key.delivery_id}"},
        },
    )["Item"]
    return int(item["ttl"]["N"])


def test_a_delivery_of_a_short_log_outlives_its_retries(world: World, runtime: Runtime, event: Event) -> None:
    world.add()
    key = world.tell_one(replace(event, log_s=DAY_S))
    assert _expiry_s(runtime, key) - OCCURRED_S == 76 * 3_600


@pytest.mark.parametrize("answer", [200, 410])
def test_once_it_is_final_the_plans_retention_counts(
    world: World, runtime: Runtime, event: Event, answer: int
) -> None:
    world.add()
    world.receiver.answer(answer)
    key = world.tell_one(replace(event, log_s=DAY_S))
    world.work()
    assert _expiry_s(runtime, key) - OCCURRED_S == DAY_S


def test_what_is_about_no_generation_is_kept_as_the_default_row_says(
    world: World, runtime: Runtime, event: Event
) -> None:
    world.add()
    key = world.tell_one(event)
    assert _expiry_s(runtime, key) - OCCURRED_S == 365 * DAY_S


def test_a_replay_is_kept_as_long_as_what_it_repeats(world: World, runtime: Runtime, event: Event) -> None:
    world.add()
    key = world.tell_one(replace(event, log_s=DAY_S))
    world.work()
    again = replay(
        "acc-1", key.delivery_id, webhooks=world.webhooks, queue=world.queue, now_ms=world.clock.ms
    )
    world.work()
    assert _expiry_s(runtime, again) - again.occurred_at_ms // 1_000 == DAY_S
