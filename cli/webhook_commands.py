"""``tidegate webhook``: who is told of what happens."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

import typer

from cli.account_commands import AccountId, TestMode, chosen
from cli.command import command
from cli.invocation import Answer, Invocation
from cli.render import facts, listing
from cli.webhook_data import endpoint_data
from tidegate.adapters.sealing import Sealer
from tidegate.domain.webhooks import DEFAULT_EVENTS, EventType
from tidegate.usecases.accounts import get_account
from tidegate.usecases.endpoints import add_endpoint, list_endpoints

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
    *,
    test: TestMode = False,
) -> Answer:
    """Register an endpoint and print its signing secret, this one time."""
    runtime = call.runtime
    account_id = chosen(call, account_id, test=test)
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
    columns = ("endpoint_id", "url", "events", "enabled", "disabled_because", "failures", "secret_hint")
    return Answer(endpoints, listing(columns, [[entry[column] for column in columns] for entry in endpoints]))


def _allowed_private(call: Invocation) -> Collection[str]:
    hosts = call.runtime.setting("ALLOWED_PRIVATE_HOSTS", "")
    return frozenset(filter(None, hosts.split(",")))
