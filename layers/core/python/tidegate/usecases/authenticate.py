"""Who is calling, may they, and how often."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from tidegate.adapters.dynamodb.keys import KeyTable
from tidegate.domain.client_address import source_of
from tidegate.domain.errors import (
    AddressNotAllowed,
    AddressRateLimited,
    AuthenticationFailed,
    AuthenticationRequired,
    InsufficientPermissions,
    KeyRevoked,
)
from tidegate.domain.keys import Key, KeyState, Surface, hash_key
from tidegate.domain.limits import FAILED_ATTEMPTS, Bucket, Window
from tidegate.usecases.refusals import plan_of, rate_limited

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller and what is left of the window."""

    key: Key
    window: Window


def authenticate(
    keys: KeyTable,
    *,
    token: str | None,
    surface: Surface,
    bucket: Bucket,
    address: str,
    now_ms: int,
    endpoint: str | None = None,
) -> Caller:
    """Find out who sent this token and count the request, in its window and for its endpoint (a code).

    A wrong key is counted against the address that it came from; a right one costs nothing for that, and
    works whatever the address's count is (docs/adr/0032).

    Raises:
        AuthenticationRequired: no token.
        AuthenticationFailed: unknown, revoked, expired, or a key of another surface.
        KeyRevoked: the first of these, where the surface tells it apart.
        AddressRateLimited: the same, and too many of them came from this address.
    """
    if not token:
        raise AuthenticationRequired("No API key was sent.")
    counted = keys.count_request(hash_key(token), bucket, now_ms, endpoint)
    if counted is None:
        raise _refusal(keys, address, now_ms)
    key, used = counted
    if key.surface is not surface or not key.works(now_ms):
        revoked = key.surface is surface and key.state is KeyState.REVOKED
        raise _refusal(keys, address, now_ms, KeyRevoked if revoked else AuthenticationFailed)
    return Caller(key, Window.after(used, plan_of(key.plan).limit(bucket), now_ms, bucket.window_s))


def authorize(caller: Caller, *, scope: str, address: str, now_ms: int) -> None:
    """Check address, scope and window, in this order.

    Raises:
        AddressNotAllowed: the key has an allowlist without this address.
        InsufficientPermissions: the key lacks the scope.
        RateLimited: the account used up its window.
    """
    if not caller.key.allows_address(address):
        raise AddressNotAllowed("This API key may not be used from your address.")
    if scope not in caller.key.scopes:
        raise InsufficientPermissions(f"This API key lacks the scope {scope}.", required_scope=scope)
    if caller.window.exceeded:
        raise rate_limited(caller.window, now_ms)


def take_back(keys: KeyTable, caller: Caller, bucket: Bucket, now_ms: int) -> None:
    """Leave the account's window as it was: who has a stolen key, but not its address, must not use it up.

    Best effort: the refusal stands, and a count that cannot be taken back now is over within the window.
    """
    try:
        keys.take_back(caller.key, bucket, now_ms)
    except (BotoCoreError, ClientError) as error:
        _log.warning("a refused request stays counted: %s", type(error).__name__)


def _refusal(
    keys: KeyTable, address: str, now_ms: int, kind: type[AuthenticationFailed] = AuthenticationFailed
) -> Exception:
    failures = keys.count_failure(source_of(address), now_ms)
    window = Window.after(failures, FAILED_ATTEMPTS, now_ms)
    if not window.exceeded:
        return kind("The API key is not valid.")
    return AddressRateLimited(
        "Too many requests with a wrong API key came from your address. Please retry after the period "
        "indicated in the Retry-After header.",
        limit=window.limit,
        retry_after_seconds=max(1, window.reset_at_s - now_ms // 1000),
    )
