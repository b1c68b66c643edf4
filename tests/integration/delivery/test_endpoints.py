"""Registering, listing and testing endpoints; the table that holds them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from tests.integration.delivery.conftest import START_MS, World
from tidegate.adapters.dynamodb.webhooks import WebhookTable
from tidegate.domain.errors import InvalidInput
from tidegate.domain.webhooks import (
    DEFAULT_EVENTS,
    EndpointNotFound,
    Event,
    EventType,
    TooManyEndpoints,
)
from tidegate.runtime import Runtime
from tidegate.surfaces.babysea.webhook_events import webhook_test_event
from tidegate.usecases.endpoints import add_endpoint, list_endpoints, send_test


def test_a_new_endpoint_is_enabled_and_hears_the_generation_events(world: World) -> None:
    added = world.add().endpoint
    assert list_endpoints("acc-1", webhooks=world.webhooks) == (added,)
    assert added.enabled
    assert added.events == DEFAULT_EVENTS
    assert added.created_at_ms == START_MS


def test_the_secret_is_shown_once_and_stored_sealed(world: World, runtime: Runtime) -> None:
    added = world.add()
    endpoint = added.endpoint
    (item,) = runtime.dynamodb.scan(TableName="webhooks")["Items"]

    assert added.secret not in str(item)
    assert added.secret not in repr(added)
    assert endpoint.secret_hint == added.secret[:10] + "…"
    opened = world.sealer.open(endpoint.sealed_secret, account_id="acc-1", endpoint_id=endpoint.endpoint_id)
    assert opened == added.secret


def test_an_endpoint_that_may_not_be_called_is_not_stored(world: World) -> None:
    with pytest.raises(InvalidInput):
        add_endpoint(
            "acc-1", "https://10.0.0.1/", webhooks=world.webhooks, sealer=world.sealer, now_ms=START_MS
        )
    assert list_endpoints("acc-1", webhooks=world.webhooks) == ()


def test_an_account_has_at_most_twenty_endpoints(world: World) -> None:
    for _ in range(20):
        world.add()
    with pytest.raises(TooManyEndpoints) as refusal:
        world.add()
    assert refusal.value.details == {"limit": 20}
    world.add("acc-2")


def test_endpoints_are_listed_oldest_first_and_per_account(world: World) -> None:
    added = []
    for _ in range(3):
        world.clock.ms += 1
        added.append(world.add().endpoint)
    world.add("acc-2")
    assert list_endpoints("acc-1", webhooks=world.webhooks) == tuple(added)


def test_repeated_event_names_are_kept_once(world: World) -> None:
    added = world.add(events=[EventType.FAILED, EventType.FAILED]).endpoint
    assert added.events == (EventType.FAILED,)


def test_an_endpoint_is_turned_off_and_on_again(world: World) -> None:
    endpoint = world.add().endpoint
    for enabled in (False, True):
        assert world.webhooks.set_enabled("acc-1", endpoint.endpoint_id, enabled=enabled)
        assert world.webhooks.get_endpoint("acc-1", endpoint.endpoint_id) == replace(
            endpoint, enabled=enabled
        )


def test_an_endpoint_that_is_not_there_cannot_be_turned_on(world: World) -> None:
    assert not world.webhooks.set_enabled("acc-1", "no-such", enabled=True)
    assert world.webhooks.get_endpoint("acc-1", "no-such") is None


def test_a_failing_store_is_not_mistaken_for_a_refused_condition(runtime: Runtime) -> None:
    nowhere = WebhookTable(runtime.dynamodb, "no-such-table")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        nowhere.set_enabled("acc-1", "end-1", enabled=True)


@pytest.mark.parametrize("state", ["absent", "disabled", "of another account"])
def test_only_an_enabled_endpoint_of_the_account_can_be_tested(
    world: World, runtime: Runtime, state: str
) -> None:
    endpoint_id = world.add("acc-2" if state == "of another account" else "acc-1").endpoint.endpoint_id
    if state == "disabled":
        world.webhooks.set_enabled("acc-1", endpoint_id, enabled=False)
    event = webhook_test_event("acc-1", "no-such" if state == "absent" else endpoint_id, START_MS)

    with pytest.raises(EndpointNotFound):
        send_test(event, webhooks=world.webhooks, bus=runtime.bus)


def test_the_log_is_newest_first_and_bounded(world: World, event: Event) -> None:
    world.add()
    for minute in (2, 0, 1):
        at_ms = START_MS + 60_000 * minute
        world.tell(replace(event, event_id=f"event-{minute}", occurred_at_ms=at_ms))

    def names(limit: int) -> list[str]:
        return [delivery.event_id for delivery in world.webhooks.deliveries("acc-1", limit=limit)]

    assert names(50) == ["event-2", "event-1", "event-0"]
    assert names(2) == ["event-2", "event-1"]
    assert names(0) == ["event-2"]
