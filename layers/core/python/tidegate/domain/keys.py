"""API keys: how they look, what they may do, and when they stop."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from tidegate.domain import client_address
from tidegate.domain.errors import InvalidInput, TidegateError
from tidegate.domain.mode import Mode


class Surface(StrEnum):
    """The wire protocol that a key speaks."""

    BABYSEA = "babysea"
    BANATIE = "banatie"
    SHARKAPI = "sharkapi"


class KeyState(StrEnum):
    """Rotated keys still work until their ``expires_at_ms``."""

    ACTIVE = "active"
    ROTATED = "rotated"
    REVOKED = "revoked"


SCOPES: Final = (
    "generation:write",
    "generation:read",
    "generation:delete",
    "library:read",
    "account:read",
    "health:read",
)
PRESETS: Final = {
    "full_access": SCOPES,
    "generate_only": ("generation:write", "generation:read", "library:read"),
    "read_only": ("generation:read", "account:read", "health:read", "library:read"),
    "monitor_only": ("health:read", "library:read"),
}
MAX_NAME_LENGTH: Final = 100
MAX_KEYS: Final = 100  # that work, per account; the contract names no figure
DEFAULT_GRACE_H: Final = 24  # contracts: BabySea §3, and the longest
MAX_GRACE_H: Final = 168
_BEGINNINGS: Final = {Surface.BABYSEA: "bye_", Surface.BANATIE: "bnt_", Surface.SHARKAPI: "sk_live_"}
_FORMS: Final = {
    Surface.BABYSEA: lambda: f"{_BEGINNINGS[Surface.BABYSEA]}{secrets.token_urlsafe(32)}",
    Surface.BANATIE: lambda: f"{_BEGINNINGS[Surface.BANATIE]}{secrets.token_hex(32)}",
    Surface.SHARKAPI: lambda: f"{_BEGINNINGS[Surface.SHARKAPI]}{secrets.token_hex(32)}",
}
_TEST_FORMS: Final = {Surface.BABYSEA: lambda: f"bye_test_{secrets.token_urlsafe(32)}"}
_PREFIX_LENGTH: Final = {Surface.BABYSEA: 9, Surface.BANATIE: 8, Surface.SHARKAPI: 16}
_TEST_PREFIX_LENGTH: Final = {Surface.BABYSEA: 14}
TEST_SURFACES: Final = tuple(_TEST_PREFIX_LENGTH)


class TooManyKeys(TidegateError):
    """The account has as many working keys as it may. ``details["limit"]`` says how many."""

    code = "too_many_keys"


class KeyNotActive(TidegateError):
    """A key that is revoked, expired or already replaced cannot be rotated."""

    code = "key_not_active"


class RotationUnderWay(TidegateError):
    """The key that this one replaced still works: one rotation at a time."""

    code = "rotation_under_way"


@dataclass(frozen=True, slots=True)
class Key:
    """One key. The full text is known only to its owner; we keep its SHA-256 and a short prefix."""

    key_hash: str
    key_id: str
    account_id: str
    surface: Surface
    name: str
    prefix: str
    scopes: tuple[str, ...]
    state: KeyState
    plan: str  # copied from the account, so that a request needs no second read
    window_home: str  # the key_hash whose item counts this account's requests
    created_at_ms: int
    last_used_at_ms: int | None = None
    expires_at_ms: int | None = None
    allowlist: tuple[str, ...] = ()
    rotated_from: str | None = None  # the key_id of the key that this one replaces
    mode: Mode = Mode.LIVE  # the account's; what the text looks like says nothing
    project_id: str | None = None  # whose library; of Banatie's keys only a master key has none
    project_path: str | None = None  # the project's slugs, ``organization/project``, which never change

    def works(self, now_ms: int) -> bool:
        """Whether the key authenticates at this instant."""
        return self.state is not KeyState.REVOKED and not self.has_expired(now_ms)

    def has_expired(self, now_ms: int) -> bool:
        """Whether the key's end has come."""
        return self.expires_at_ms is not None and now_ms >= self.expires_at_ms

    def allows_address(self, address: str) -> bool:
        """Whether a client at this address may use the key. An empty list allows every address."""
        return client_address.allows(self.allowlist, address)

    def successor(self, text: str, *, key_id: str, plan: str, now_ms: int) -> Key:
        """The key that replaces this one: what was granted stays, its text and its life are new."""
        return replace(
            self,
            key_hash=hash_key(text),
            key_id=key_id,
            prefix=visible_prefix(self.surface, text, self.mode),
            plan=plan,
            created_at_ms=now_ms,
            last_used_at_ms=None,
            rotated_from=self.key_id,
        )

    def retired(self, until_ms: int) -> Key:
        """This key in its grace: it works until then, or until its own end if that is earlier."""
        end_ms = until_ms if self.expires_at_ms is None else min(until_ms, self.expires_at_ms)
        return replace(self, state=KeyState.ROTATED, expires_at_ms=end_ms)


def mint(surface: Surface, mode: Mode = Mode.LIVE) -> str:
    """Return a fresh key text in the form that the surface's clients know (docs: contracts §3).

    Raises:
        InvalidInput: the surface has no test mode.
    """
    forms = _FORMS if mode is Mode.LIVE else _TEST_FORMS
    if surface not in forms:
        raise InvalidInput(f"There are no test keys for {surface} yet.", field="surface")
    return forms[surface]()


def looks_like(text: str) -> Surface | None:
    """Return whose clients would send such a key. It says how to answer, never what is allowed."""
    return next((surface for surface, beginning in _BEGINNINGS.items() if text.startswith(beginning)), None)


def hash_key(text: str) -> str:
    """SHA-256 of the full key. The key is high-entropy, so a slow hash would only cost every request."""
    return hashlib.sha256(text.encode()).hexdigest()


def visible_prefix(surface: Surface, text: str, mode: Mode = Mode.LIVE) -> str:
    """The part of a key that may be shown again."""
    lengths = _PREFIX_LENGTH if mode is Mode.LIVE else _TEST_PREFIX_LENGTH
    return text[: lengths[surface]]
