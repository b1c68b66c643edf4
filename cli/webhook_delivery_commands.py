"""``tidegate webhook``: the delivery log, sending again, and what waits for a disabled endpoint."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Group

from cli.account_commands import AccountId
from cli.command import command
from cli.following import follow
from cli.invocation import Answer, Invocation
from cli.refusal import Refused
from cli.render import facts, listing, moment
from cli.webhook_commands import EndpointId, group
from cli.webhook_data import delivery_data, queued_data
from tidegate.domain.webhook_retries import FAST_ATTEMPTS
from tidegate.domain.webhooks import Delivery, DeliveryKey, DeliveryStatus, delivery_id
from tidegate.surfaces.babysea.webhook_events import webhook_test_event
from tidegate.usecases.accounts import get_account
from tidegate.usecases.drain import start_drain
from tidegate.usecases.endpoints import send_test
from tidegate.usecases.replay_delivery import replay

Timeout = Annotated[float, typer.Option(min=0, help="Give up waiting after this many seconds.")]


@command(group, "test")
def send(call: Invocation, account_id: AccountId, endpoint_id: EndpointId, timeout: Timeout = 120) -> Answer:
    """Send a test event and follow its delivery. Exit code 1 when the receiver did not take it."""
    runtime = call.runtime
    event = webhook_test_event(account_id, endpoint_id, runtime.now_ms())
    send_test(event, webhooks=runtime.webhooks, bus=runtime.bus)
    key = DeliveryKey(
        account_id, int(str(event["occurred_at_ms"])), delivery_id(str(event["event_id"]), endpoint_id)
    )
    return _followed(call, key, timeout, "the test event was sent")


@command(group, "replay")
def replay_(
    call: Invocation,
    account_id: AccountId,
    delivery: Annotated[str, typer.Argument(metavar="DELIVERY", help="The delivery's id.")],
    timeout: Timeout = 120,
) -> Answer:
    """Send one delivery again under a new id and follow it through its fast attempts."""
    runtime = call.runtime
    key = replay(
        account_id, delivery, webhooks=runtime.webhooks, queue=runtime.deliveries, now_ms=runtime.now_ms()
    )
    return _followed(call, key, timeout, "it was sent again")


@command(group, "deliveries")
def deliveries(
    call: Invocation,
    account_id: AccountId,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most this many.")] = 20,
) -> Answer:
    """Show the delivery log of an account, newest first."""
    get_account(call.runtime.wallets, account_id)
    log = [delivery_data(entry) for entry in call.runtime.webhooks.deliveries(account_id, limit=limit)]
    columns = (
        "delivery_id",
        "occurred_at",
        "event",
        "endpoint_id",
        "status",
        "attempts",
        "status_code",
        "error",
    )
    return Answer(log, listing(columns, [[entry[column] for column in columns] for entry in log]))


@command(group, "queued")
def queued(call: Invocation, account_id: AccountId, endpoint_id: EndpointId) -> Answer:
    """Show what happened while an endpoint was disabled, oldest first."""
    get_account(call.runtime.wallets, account_id)
    now_ms = call.runtime.now_ms()
    kept = call.runtime.webhooks.queued_events(account_id, endpoint_id)
    entries = [queued_data(entry, now_ms) for entry in kept]
    columns = ("event_id", "event", "occurred_at", "queued_at", "state")
    return Answer(entries, listing(columns, [[entry[column] for column in columns] for entry in entries]))


@command(group, "deliver-queued")
def deliver_queued(call: Invocation, account_id: AccountId, endpoint_id: EndpointId) -> Answer:
    """Deliver what was queued, oldest first, each after the one before was taken."""
    runtime = call.runtime
    waiting = start_drain(
        account_id,
        endpoint_id,
        webhooks=runtime.webhooks,
        queue=runtime.deliveries,
        now_ms=runtime.now_ms(),
    )
    started = {"endpoint_id": endpoint_id, "queued_events": waiting}
    return Answer(started, facts(started))


def _followed(call: Invocation, key: DeliveryKey, timeout_s: float, done: str) -> Answer:
    """Wait for the end, or for the end of the fast attempts: the next is minutes away at least."""
    delivery = follow(
        lambda: call.runtime.webhooks.get_delivery(key),
        lambda found: found is not None and _is_decided(found),
        lambda _: None,
        timeout_s=timeout_s,
        what=f"{done}; its delivery {key.delivery_id}",
    )
    return _delivery_answer(delivery)


def _is_decided(delivery: Delivery) -> bool:
    return delivery.status is not DeliveryStatus.PENDING or len(delivery.log) >= FAST_ATTEMPTS


def _delivery_answer(delivery: Delivery | None) -> Answer:
    if delivery is None:  # it was read as final a moment ago
        raise Refused("the delivery is gone")
    data = delivery_data(delivery)
    columns = ("number", "at", "duration_ms", "status_code", "error")
    log = [
        (entry.number, moment(entry.at_ms), entry.duration_ms, entry.status_code, entry.error)
        for entry in delivery.log
    ]
    summary = {name: value for name, value in data.items() if name != "log"}
    exit_code = 0 if delivery.status is DeliveryStatus.DELIVERED else 1
    return Answer(data, Group(facts(summary), "", listing(columns, log)), exit_code=exit_code)
