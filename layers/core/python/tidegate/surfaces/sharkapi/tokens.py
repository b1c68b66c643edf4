"""Making a token by means of another (contracts/sharkapi §2; docs/adr/0066)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from tidegate.domain.errors import InsufficientPermissions, InvalidInput
from tidegate.domain.keys import SCOPES, Key, KeyState
from tidegate.surfaces.body import read_object
from tidegate.surfaces.headers import optional_timestamp, timestamp
from tidegate.surfaces.http import Request
from tidegate.surfaces.sharkapi.dialects import Answer
from tidegate.usecases.accounts import confirm_key, create_key

if TYPE_CHECKING:
    from tidegate.adapters.dynamodb.keys import KeyTable
    from tidegate.adapters.dynamodb.wallets import WalletTable


class Services(Protocol):
    """What a new token needs of the runtime."""

    @property
    def keys(self) -> KeyTable:
        """Where it is stored."""

    @property
    def wallets(self) -> WalletTable:
        """Whose account it is for."""

    def now_ms(self) -> int:
        """The time."""


def make_token(request: Request, key: Key, services: Services) -> Answer:
    """Make a token that may do what the caller's own may, from the same addresses and no longer.

    Raises:
        InvalidInput: no name, or one that cannot be shown.
        InsufficientPermissions: the caller's token may not do everything itself.
        TooManyKeys: the account has as many as it may.
        ServiceUnavailable: the account's tokens kept changing, or the caller's own did; none was made.
    """
    name = read_name(read_object(request))
    missing = [scope for scope in SCOPES if scope not in key.scopes]
    if missing:
        raise InsufficientPermissions(
            "Only a token of full access can make others.", required_scope=missing[0]
        )
    text, made = create_key(
        services.keys,
        services.wallets,
        account_id=key.account_id,
        surface=key.surface,
        scopes=key.scopes,
        name=name,
        now_ms=services.now_ms(),
        expires_at_ms=key.expires_at_ms,
        allowlist=key.allowlist,
    )
    confirm_key(services.keys, made, maker=key)
    return Answer({"key": text, "apiKey": present_token(made)}, 201)


def read_name(body: Mapping[str, Any]) -> str:
    """Return the name that a token is to have.

    Raises:
        InvalidInput: it is missing, blank, or cannot be shown.
    """
    name = body.get("name")
    if not isinstance(name, str) or not name.strip():
        raise InvalidInput("name is required.")
    if not name.strip().isprintable():
        raise InvalidInput("name must consist of characters that can be shown.")
    return name.strip()


def present_token(key: Key) -> dict[str, object]:
    """A token as it may be shown again: without its text."""
    return {
        "id": key.key_id,
        "user_id": key.account_id,
        "name": key.name,
        "key_prefix": key.prefix,
        "is_active": key.state is KeyState.ACTIVE,
        "last_used_at": optional_timestamp(key.last_used_at_ms),
        "created_at": timestamp(key.created_at_ms),
        "revoked_at": None,
    }
