"""An account's webhook endpoints."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from tidegate.adapters.dynamodb.webhooks import WebhookTable
from tidegate.adapters.eventbridge import EventBus
from tidegate.adapters.sealing import Sealer
from tidegate.domain.errors import InvalidInput
from tidegate.domain.generation import new_id
from tidegate.domain.webhook_url import check_endpoint_url
from tidegate.domain.webhooks import (
    DEFAULT_EVENTS,
    MAX_ENDPOINTS,
    MAX_GRACE_HOURS,
    Endpoint,
    EndpointNotFound,
    Event,
    EventType,
    TooManyEndpoints,
    mask_secret,
    mint_secret,
)


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """A new endpoint with its secret in clear. Show the secret once; nothing shows it again."""

    endpoint: Endpoint
    secret: str = field(repr=False)


def add_endpoint(
    account_id: str,
    url: str,
    *,
    webhooks: WebhookTable,
    sealer: Sealer,
    now_ms: int,
    events: Sequence[EventType] = DEFAULT_EVENTS,
    allowed_private: Collection[str] = (),
) -> NewEndpoint:
    """Register an endpoint and mint its secret.

    Raises:
        InvalidInput: the URL is not one that may be called.
        TooManyEndpoints: the account has 20.
    """
    check_endpoint_url(url, allowed_private)
    if len(webhooks.endpoints(account_id)) >= MAX_ENDPOINTS:
        raise TooManyEndpoints(f"An account has at most {MAX_ENDPOINTS} endpoints.", limit=MAX_ENDPOINTS)
    endpoint_id, secret = new_id(now_ms), mint_secret()
    endpoint = Endpoint(
        account_id=account_id,
        endpoint_id=endpoint_id,
        url=url,
        events=tuple(dict.fromkeys(events)),
        sealed_secret=sealer.seal(secret, account_id=account_id, endpoint_id=endpoint_id),
        secret_hint=mask_secret(secret),
        created_at_ms=now_ms,
    )
    webhooks.put_endpoint(endpoint)
    return NewEndpoint(endpoint, secret)


def list_endpoints(account_id: str, *, webhooks: WebhookTable) -> tuple[Endpoint, ...]:
    """Return the account's endpoints, oldest first, disabled ones included."""
    return webhooks.endpoints(account_id)


def send_test(event: Mapping[str, object], *, webhooks: WebhookTable, bus: EventBus) -> None:
    """Publish a ``webhook.test`` event, as the surface built it for one endpoint.

    Raises:
        EndpointNotFound: the account has no such endpoint, or it is disabled.
    """
    test = Event.from_detail(event)
    endpoint = webhooks.get_endpoint(test.account_id, test.endpoint_id or "")
    if endpoint is None or not endpoint.enabled:
        raise EndpointNotFound("No such endpoint, or it is disabled.")
    bus.publish([test.to_detail()])


def set_enabled(account_id: str, endpoint_id: str, *, webhooks: WebhookTable, enabled: bool) -> Endpoint:
    """Turn an endpoint on or off. While it is off, its events are queued for 72 hours; none is sent.

    Raises:
        EndpointNotFound: the account has no such endpoint.
    """
    webhooks.set_enabled(account_id, endpoint_id, enabled=enabled)
    return _existing(webhooks.get_endpoint(account_id, endpoint_id))


def set_events(
    account_id: str, endpoint_id: str, events: Sequence[EventType], *, webhooks: WebhookTable
) -> Endpoint:
    """Change which events an endpoint is told of, from now on.

    Raises:
        EndpointNotFound: the account has no such endpoint.
    """
    return _existing(webhooks.set_events(account_id, endpoint_id, tuple(dict.fromkeys(events))))


def remove_endpoint(account_id: str, endpoint_id: str, *, webhooks: WebhookTable) -> None:
    """Forget an endpoint and its secrets. What is on its way to it fails; the delivery log stays.

    Raises:
        EndpointNotFound: the account has no such endpoint.
    """
    if not webhooks.remove_endpoint(account_id, endpoint_id):
        raise EndpointNotFound("No such endpoint.")


def rotate_secret(
    account_id: str,
    endpoint_id: str,
    *,
    grace_hours: int,
    webhooks: WebhookTable,
    sealer: Sealer,
    now_ms: int,
) -> NewEndpoint:
    """Mint a new secret. Both sign for ``grace_hours``; of earlier ones none does. 0 hours: at once.

    Raises:
        InvalidInput: the grace is not of 0 to 168 hours.
        EndpointNotFound: the account has no such endpoint, or somebody else has just changed its secret.
    """
    if not 0 <= grace_hours <= MAX_GRACE_HOURS:
        raise InvalidInput(f"The grace is 0 to {MAX_GRACE_HOURS} hours.", field="grace_hours")
    endpoint, secret = _existing(webhooks.get_endpoint(account_id, endpoint_id)), mint_secret()
    sealed = sealer.seal(secret, account_id=account_id, endpoint_id=endpoint_id)
    until_ms = now_ms + grace_hours * 3_600_000
    if not webhooks.set_secret(endpoint, sealed, mask_secret(secret), until_ms=until_ms):
        raise EndpointNotFound("The endpoint was removed, or its secret was changed, meanwhile.")
    return NewEndpoint(_existing(webhooks.get_endpoint(account_id, endpoint_id)), secret)


def _existing(endpoint: Endpoint | None) -> Endpoint:
    if endpoint is None:
        raise EndpointNotFound("No such endpoint.")
    return endpoint
