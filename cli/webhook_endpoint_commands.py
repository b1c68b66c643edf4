"""``tidegate webhook``: what an endpoint is told of, whether, and under which secret."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.account_commands import AccountId
from cli.command import command
from cli.invocation import Answer, Invocation
from cli.render import facts
from cli.webhook_commands import EndpointId, group
from cli.webhook_data import endpoint_data
from tidegate.adapters.sealing import Sealer
from tidegate.domain.webhooks import MAX_GRACE_HOURS, Endpoint, EventType
from tidegate.usecases.endpoints import remove_endpoint, rotate_secret, set_enabled, set_events

Grace = Annotated[
    int, typer.Option(min=0, max=MAX_GRACE_HOURS, help="For how long the old secret signs as well.")
]


@command(group, "enable")
def enable(call: Invocation, account_id: AccountId, endpoint_id: EndpointId) -> Answer:
    """Turn an endpoint on again. What was queued meanwhile waits for `deliver-queued`."""
    return _shown(set_enabled(account_id, endpoint_id, webhooks=call.runtime.webhooks, enabled=True))


@command(group, "disable")
def disable(call: Invocation, account_id: AccountId, endpoint_id: EndpointId) -> Answer:
    """Turn an endpoint off. Its events are queued for 72 hours."""
    return _shown(set_enabled(account_id, endpoint_id, webhooks=call.runtime.webhooks, enabled=False))


@command(group, "events")
def events(
    call: Invocation,
    account_id: AccountId,
    endpoint_id: EndpointId,
    event: Annotated[list[EventType], typer.Option(help="Repeatable; replaces what it was told of.")],
) -> Answer:
    """Choose what an endpoint is told of from now on."""
    return _shown(set_events(account_id, endpoint_id, event, webhooks=call.runtime.webhooks))


@command(group, "rotate")
def rotate(
    call: Invocation, account_id: AccountId, endpoint_id: EndpointId, grace_hours: Grace = 24
) -> Answer:
    """Give an endpoint a new signing secret and print it, this one time. Both sign during the grace."""
    runtime = call.runtime
    renewed = rotate_secret(
        account_id,
        endpoint_id,
        grace_hours=grace_hours,
        webhooks=runtime.webhooks,
        sealer=Sealer(runtime.secrets.sealing_key),
        now_ms=runtime.now_ms(),
    )
    shown = endpoint_data(renewed.endpoint)
    call.note("The secret is shown this once. BabySea's SDK reads the new signature only: hand it out now.")
    return Answer({"secret": renewed.secret, **shown}, facts(shown), lines=(renewed.secret,))


@command(group, "remove")
def remove(call: Invocation, account_id: AccountId, endpoint_id: EndpointId) -> Answer:
    """Forget an endpoint and its secret. The delivery log stays; what is on its way fails."""
    remove_endpoint(account_id, endpoint_id, webhooks=call.runtime.webhooks)
    removed = {"endpoint_id": endpoint_id, "removed": True}
    return Answer(removed, facts(removed))


def _shown(endpoint: Endpoint) -> Answer:
    data = endpoint_data(endpoint)
    return Answer(data, facts(data))
