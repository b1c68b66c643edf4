"""Replace a key without a gap: the old one works on for a grace period."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Final

from tidegate.adapters.dynamodb.keys import KeyTable
from tidegate.adapters.dynamodb.rosters import Roster
from tidegate.adapters.dynamodb.wallets import WalletTable
from tidegate.domain.errors import InvalidInput, ServiceUnavailable
from tidegate.domain.keys import (
    DEFAULT_GRACE_H,
    MAX_GRACE_H,
    Key,
    KeyNotActive,
    KeyState,
    RotationUnderWay,
    mint,
)
from tidegate.usecases.accounts import ROSTER_TRIES, find_key, get_account, room_for_one

_HOUR_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class Rotation:
    """A new key with its full text, and the old one with its end. Show the text once."""

    text: str = field(repr=False)
    new: Key
    old: Key


def rotate_key(
    keys: KeyTable,
    wallets: WalletTable,
    *,
    account_id: str,
    key_id: str,
    grace_h: int = DEFAULT_GRACE_H,
    now_ms: int,
) -> Rotation:
    """Mint a key that takes this one's place, and let this one end after ``grace_h`` hours.

    Name, scopes, allowlist and expiry are inherited. Both are one transaction: stopped at any point, either
    the old key is active and alone, or the new one is there and the old one ends in time.

    Raises:
        InvalidInput: no such key, or a grace that is not 1 to 168 hours.
        KeyNotActive: the key is revoked, expired, or was rotated before.
        RotationUnderWay: the key that it replaced itself still works.
        TooManyKeys: the account has 100 that work.
        ServiceUnavailable: the account's keys kept changing; nothing was done.
    """
    if not 1 <= grace_h <= MAX_GRACE_H:
        raise InvalidInput(f"A grace is 1 to {MAX_GRACE_H} hours.", field="grace")
    key_hash = find_key(keys, account_id=account_id, key_id=key_id).key_hash
    for _ in range(ROSTER_TRIES):
        plan = get_account(wallets, account_id).plan
        roster = keys.rosters.get(account_id)
        old = _rotatable(roster, key_hash, now_ms)
        text = mint(old.surface, old.mode)
        new = old.successor(text, key_id=str(uuid.uuid4()), plan=plan, now_ms=now_ms)
        retired = old.retired(now_ms + grace_h * _HOUR_MS)
        roster, only_if = room_for_one(roster, now_ms), [wallets.still_on(plan, account_id)]
        if keys.rosters.replace(old, retired, new, roster, only_if=only_if):
            return Rotation(text, new, retired)
    raise ServiceUnavailable("The account's keys kept changing. Nothing was rotated; try again.")


def _rotatable(roster: Roster, key_hash: str, now_ms: int) -> Key:
    old = next((key for key in roster.keys if key.key_hash == key_hash), None)
    if old is None or old.state is not KeyState.ACTIVE or old.has_expired(now_ms):
        raise KeyNotActive("Only an active key can be rotated: this one is revoked, expired or replaced.")
    for key in roster.keys:
        if key.key_id == old.rotated_from and key.works(now_ms):
            raise RotationUnderWay(
                "The key that this one replaced still works: wait for its end, or revoke it.",
                key_id=key.key_id,
            )
    return old
