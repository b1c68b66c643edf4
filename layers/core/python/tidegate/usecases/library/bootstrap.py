"""The deployment's first master key, over the network: closed until the operator opens it, and used once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from tidegate.adapters.dynamodb.library.bootstrap import Door
from tidegate.domain.errors import ServiceUnavailable
from tidegate.domain.keys import SCOPES, Key, Surface
from tidegate.domain.library.errors import BootstrapClosed
from tidegate.usecases.accounts import create_key, get_account
from tidegate.usecases.library.project_keys import Services

NAME: Final = "Initial master key"
_MINUTE_MS: Final = 60_000


def open_bootstrap(services: Services, account_id: str, *, minutes: int, now_ms: int) -> str:
    """Let whoever knows the secret that is returned ask once for the account's first master key.

    Opening it again replaces the secret. Only its hash is kept.

    Raises:
        AccountNotFound: no such account.
        BootstrapClosed: it was used already: a master key is made by the operator from now on.
    """
    get_account(services.wallets, account_id)
    secret = secrets.token_urlsafe(32)
    door = Door(account_id, _hash(secret), now_ms + minutes * _MINUTE_MS)
    if not services.library.bootstrap.open(door):
        raise BootstrapClosed("The first master key was made already: make further ones with key create.")
    return secret


def initial_key(services: Services, secret: str, now_ms: int) -> tuple[str, Key]:
    """Make the first master key, for whoever knows the secret; of any number at once, one gets it.

    Raises:
        BootstrapClosed: it is not open, not to this secret, or no longer. Which of these is not told.
        TooManyKeys, ServiceUnavailable: no key was made, and it is open as before.
    """
    bootstrap = services.library.bootstrap
    door = bootstrap.get()
    if door is None or not _opens(door, secret, now_ms):
        raise _closed()
    try:
        return create_key(
            services.keys,
            services.wallets,
            account_id=door.account_id,
            surface=Surface.BANATIE,
            scopes=SCOPES,
            name=NAME,
            now_ms=now_ms,
            only_if=[bootstrap.use(door, now_ms)],
        )
    except ServiceUnavailable:
        current = bootstrap.get()
        if current is not None and _opens(current, secret, now_ms):
            raise
        raise _closed() from None


def _opens(door: Door, secret: str, now_ms: int) -> bool:
    known = hmac.compare_digest(door.secret_hash, _hash(secret))
    return known and door.used_at_ms is None and now_ms < door.until_ms


def _closed() -> BootstrapClosed:
    return BootstrapClosed("The bootstrap is closed: the operator makes master keys.")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
