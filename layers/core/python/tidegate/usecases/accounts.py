"""What the operator does: accounts, keys and grants."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.keys import KeyTable
from tidegate.adapters.dynamodb.rosters import Roster
from tidegate.adapters.dynamodb.wallets import WalletTable
from tidegate.domain.account import Account
from tidegate.domain.client_address import read_allowlist
from tidegate.domain.errors import AccountNotFound, InvalidInput, ServiceUnavailable
from tidegate.domain.keys import (
    MAX_KEYS,
    MAX_NAME_LENGTH,
    SCOPES,
    Key,
    KeyState,
    Surface,
    TooManyKeys,
    hash_key,
    mint,
    visible_prefix,
)
from tidegate.domain.library.records import Project
from tidegate.domain.limits import DEFAULT_PLAN, PLANS
from tidegate.domain.mode import sandbox_id
from tidegate.domain.money import ZERO, Money
from tidegate.domain.wallet import Wallet
from tidegate.usecases.sandboxes import find_sandbox

ROSTER_TRIES: Final = 5  # operators seldom meet at one account
DEFAULT_TRIALS: Final = 3  # contracts: SharkApi §7
MAX_TRIALS: Final = 1_000


def create_account(
    wallets: WalletTable,
    *,
    name: str,
    email: str | None = None,
    plan: str = DEFAULT_PLAN,
    trials: int = 0,
    now_ms: int,
) -> Account:
    """Open an account with an empty wallet, and ``trials`` free generations (SharkApi surface only).

    Raises:
        InvalidInput: no name, a plan that does not exist, or a number of trials out of range.
    """
    if not name.strip():
        raise InvalidInput("An account needs a name.", field="name")
    check_trials(trials)
    _check_plan(plan)
    account_id = str(uuid.uuid4())
    account = Account(account_id, name.strip(), email, plan, now_ms, Wallet(account_id, trials=trials))
    wallets.create(account)
    return account


def get_account(wallets: WalletTable, account_id: str) -> Account:
    """Read an account.

    Raises:
        AccountNotFound: no such account.
    """
    account = wallets.get(account_id)
    if account is None:
        raise AccountNotFound(f"There is no account {account_id}.", account_id=account_id)
    return account


def create_key(
    keys: KeyTable,
    wallets: WalletTable,
    *,
    account_id: str,
    surface: Surface,
    scopes: Sequence[str],
    name: str,
    now_ms: int,
    expires_at_ms: int | None = None,
    allowlist: Sequence[str] = (),
    project: Project | None = None,
    only_if: Sequence[Item] = (),
) -> tuple[str, Key]:
    """Mint a key for an account, in its mode. The full text is returned here and never again.

    ``project`` binds a key of Banatie's surface to that project; without one it is a master key.
    ``only_if`` are further actions of the transaction that stores the key.

    Raises:
        AccountNotFound: no such account.
        InvalidInput: a scope that does not exist, no scope, a name that is too long or missing, an entry
            of the allowlist that is neither an address nor a network, or a surface without test mode.
        TooManyKeys: the account has 100 that work.
        ServiceUnavailable: the account's keys kept changing, or ``only_if`` fails; nothing was made.
    """
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise InvalidInput(f"Choose scopes among {', '.join(SCOPES)}.", field="scopes")
    if not 0 < len(name.strip()) <= MAX_NAME_LENGTH:
        raise InvalidInput(f"A key needs a name of at most {MAX_NAME_LENGTH} characters.", field="name")
    mode = get_account(wallets, account_id).mode  # which never changes
    text, key_id, addresses = mint(surface, mode), str(uuid.uuid4()), read_allowlist(allowlist)
    for _ in range(ROSTER_TRIES):
        account = get_account(wallets, account_id)
        roster = room_for_one(keys.rosters.get(account_id), now_ms)
        key = Key(
            key_hash=hash_key(text),
            key_id=key_id,
            account_id=account_id,
            surface=surface,
            name=name.strip(),
            prefix=visible_prefix(surface, text, mode),
            scopes=tuple(scopes),
            state=KeyState.ACTIVE,
            plan=account.plan,
            window_home=roster.window_home or hash_key(text),
            created_at_ms=now_ms,
            expires_at_ms=expires_at_ms,
            allowlist=addresses,
            mode=account.mode,
            project_id=project.project_id if project else None,
            project_path=project.path if project else None,
        )
        if keys.rosters.add(key, roster, only_if=[wallets.still_on(account.plan, account_id), *only_if]):
            return text, key
    raise ServiceUnavailable("The account's keys kept changing. No key was made; try again.")


def confirm_key(keys: KeyTable, made: Key, *, maker: Key) -> None:
    """Let a key stand that was made for whoever has another one, its maker, if that did not change meanwhile.

    To be called before the key's text is shown. Whoever revokes the maker before gets the new key revoked,
    too; whoever does so later finds the new key in the list.

    Raises:
        ServiceUnavailable: the maker was revoked, replaced or confined; the new key is revoked.
    """
    stands = [(key.state, key.allowlist) for key in keys.rosters.read([maker.key_hash])]
    if stands != [(maker.state, maker.allowlist)]:
        keys.revoke(made.key_hash)
        raise ServiceUnavailable("Your API key was changed meanwhile. No key was made; try again.")


def room_for_one(roster: Roster, now_ms: int) -> Roster:
    """Return the roster with those keys only that still work; the others need no place on it any more.

    Raises:
        TooManyKeys: there are 100 already.
    """
    working = tuple(key for key in roster.keys if key.works(now_ms))
    if len(working) >= MAX_KEYS:
        raise TooManyKeys(f"The account has {MAX_KEYS} working keys: revoke one first.", limit=MAX_KEYS)
    return replace(roster, keys=working)


def find_key(keys: KeyTable, *, account_id: str, key_id: str) -> Key:
    """Find a key by its id.

    Raises:
        InvalidInput: the account has no such key.
    """
    for key in keys.list(account_id):
        if key.key_id == key_id:
            return key
    raise InvalidInput(f"Account {account_id} has no key {key_id}.", field="key_id")


def revoke_key(keys: KeyTable, *, account_id: str, key_id: str) -> Key:
    """Stop a key at once; returns it as it was before.

    Raises:
        InvalidInput: the account has no such key.
    """
    key = find_key(keys, account_id=account_id, key_id=key_id)
    keys.revoke(key.key_hash)
    return key


def set_allowlist(keys: KeyTable, *, account_id: str, key_id: str, entries: Sequence[str]) -> Key:
    """Let a key be used from these addresses and networks only; none: from anywhere.

    Raises:
        InvalidInput: the account has no such key, or an entry is neither an address nor a network.
    """
    allowlist = read_allowlist(entries)
    key = find_key(keys, account_id=account_id, key_id=key_id)
    keys.set_allowlist(key.key_hash, allowlist)
    return replace(key, allowlist=allowlist)


def set_plan(keys: KeyTable, wallets: WalletTable, *, account_id: str, plan: str) -> tuple[Account, int]:
    """Put an account, its sandbox and all their keys on a plan; returns it and how many keys changed.

    The account comes first: a key that is made meanwhile is made on the new plan or not at all. Whoever finds
    the account on another plan afterwards follows that one. Stopped half-way, some keys stay on the old plan;
    doing it again finishes the work.

    Raises:
        AccountNotFound: no such account.
        InvalidInput: a plan that does not exist.
    """
    _check_plan(plan)
    wallets.set_plan(account_id, plan)
    changed = 0
    while True:
        changed += _follow(keys, account_id, plan)
        account = get_account(wallets, account_id)
        if find_sandbox(wallets, account) is not None:
            wallets.set_plan(sandbox_id(account_id), plan)
            changed += _follow(keys, sandbox_id(account_id), plan)
            account = get_account(wallets, account_id)
        if account.plan == plan:
            return account, changed
        plan = account.plan


def grant(
    wallets: WalletTable, *, account_id: str, amount: Money, reference: str, now_ms: int
) -> tuple[Account, bool]:
    """Add credits once per reference; the flag says whether they were added now.

    Raises:
        AccountNotFound: no such account.
        InvalidInput: the amount is not positive, or there is no reference.
    """
    if amount <= ZERO:
        raise InvalidInput("A grant is a positive amount.", field="amount")
    if not reference.strip():
        raise InvalidInput("A grant needs a reference, so that it is made only once.", field="reference")
    added = wallets.grant(account_id, amount, reference=reference.strip(), now_ms=now_ms)
    return get_account(wallets, account_id), added


def _follow(keys: KeyTable, account_id: str, plan: str) -> int:
    behind = [key for key in keys.rosters.get(account_id).keys if key.plan != plan]
    for key in behind:
        keys.set_plan(key.key_hash, plan)
    return len(behind)


def check_trials(trials: int) -> None:
    """Refuse a number of free trials that nobody means.

    Raises:
        InvalidInput: below zero or above 1,000.
    """
    if not 0 <= trials <= MAX_TRIALS:
        raise InvalidInput(f"Free trials are 0 to {MAX_TRIALS}.", field="trials")


def _check_plan(plan: str) -> None:
    if plan not in PLANS:
        raise InvalidInput(f"There is no plan {plan!r}: choose one of {', '.join(PLANS)}.", field="plan")
