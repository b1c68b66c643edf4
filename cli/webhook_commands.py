"""``tidegate webhook``: who is told of what happens."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

import typer
from rich.console import Group

from cli.account_commands import AccountId
from cli.command import command
from cli.following import follow
from cli.invocation import Answer, Invocation
from cli.refusal import Refused
from cli.render import facts, listing, moment
from cli.webhook_data import delivery_data, endpoint_data
from tidegate.adapters.sealing import Sealer
from tidegate.domain.webhooks import (
    DEFAULT_EVENTS,
    Delivery,
    DeliveryKey,
    DeliveryStatus,
    EventType,
    delivery_id,
)
from tidegate.surfaces.babysea.webhook_events import webhook_test_event
from tidegate.usecases.accounts import get_account
from tidegate.usecases.endpoints import add_endpoint, list_endpoints, send_test

group = typer.Typer(help="Webhooks: who is told of what happens.", no_args_is_help=True)

EndpointId = Annotated[str, typer.Argument(metavar="ENDPOINT", help="The endpoint's id.")]


@command(group, "add")
def add(
    call: Invocation,
    account_id: AccountId,
    url: Annotated[str, typer.Argument(help="A public https URL.")],
    event: Annotated[
        list[EventType] | None, typer.Option(help="Repeatable; else the four of a generation's life.")
    ] = None,
) -> Answer:
    """Register an endpoint and print its signing secret, this one time."""
    runtime = call.runtime
    get_account(runtime.wallets, account_id)
    new = add_endpoint(
        account_id,
        url,
        webhooks=runtime.webhooks,
        sealer=Sealer(runtime.secrets.sealing_key),
        now_ms=runtime.now_ms(),
        events=event or DEFAULT_EVENTS,
        allowed_private=_allowed_private(call),
    )
    shown = endpoint_data(new.endpoint)
    call.note("The secret is shown this once: store it now.")
    return Answer({"secret": new.secret, **shown}, facts(shown), lines=(new.secret,))


@command(group, "list")
def list_(call: Invocation, account_id: AccountId) -> Answer:
    """List an account's endpoints, oldest first."""
    get_account(call.runtime.wallets, account_id)
    endpoints = [endpoint_data(e) for e in list_endpoints(account_id, webhooks=call.runtime.webhooks)]
    columns = ("endpoint_id", "url", "events", "enabled", "secret_hint", "created_at")
    return Answer(endpoints, listing(columns, [[entry[column] for column in columns] for entry in endpoints]))


@command(group, "test")
def send(
    call: Invocation,
    account_id: AccountId,
    endpoint_id: EndpointId,
    timeout: Annotated[float, typer.Option(min=0, help="Give up waiting after this many seconds.")] = 120,
) -> Answer:
    """Send a test event and follow its delivery. Exit code 1 when the receiver did not take it."""
    runtime = call.runtime
    event = webhook_test_event(account_id, endpoint_id, runtime.now_ms())
    send_test(event, webhooks=runtime.webhooks, bus=runtime.bus)
    key = DeliveryKey(
        account_id, int(str(event["occurred_at_ms"])), delivery_id(str(event["event_id"]), endpoint_id)
    )
    delivery = follow(
        lambda: runtime.webhooks.get_delivery(key),
        lambda found: found is not None and found.status is not DeliveryStatus.PENDING,
        lambda _: None,
        timeout_s=timeout,
        what=f"the test event was sent; its delivery {key.delivery_id}",
    )
    return _delivery_answer(delivery)


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


def _allowed_private(call: Invocation) -> Collection[str]:
    hosts = call.runtime.setting("ALLOWED_PRIVATE_HOSTS", "")
    return frozenset(filter(None, hosts.split(",")))


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
