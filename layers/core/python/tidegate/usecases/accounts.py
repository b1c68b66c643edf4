"""What the operator does: accounts, keys and grants."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from tidegate.adapters.dynamodb.keys import KeyTable
from tidegate.adapters.dynamodb.wallets import WalletTable
from tidegate.domain.account import Account
from tidegate.domain.errors import AccountNotFound, InvalidInput
from tidegate.domain.keys import (
    MAX_NAME_LENGTH,
    SCOPES,
    Key,
    KeyState,
    Surface,
    hash_key,
    mint,
    visible_prefix,
)
from tidegate.domain.limits import DEFAULT_PLAN, PLANS
from tidegate.domain.money import ZERO, Money
from tidegate.domain.wallet import Wallet


def create_account(
    wallets: WalletTable, *, name: str, email: str | None = None, plan: str = DEFAULT_PLAN, now_ms: int
) -> Account:
    """Open an account with an empty wallet.

    Raises:
        InvalidInput: no name, or a plan that does not exist.
    """
    if not name.strip():
        raise InvalidInput("An account needs a name.", field="name")
    if plan not in PLANS:
        raise InvalidInput(f"There is no plan {plan!r}: choose one of {', '.join(PLANS)}.", field="plan")
    account_id = str(uuid.uuid4())
    account = Account(account_id, name.strip(), email, plan, now_ms, Wallet(account_id))
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
) -> tuple[str, Key]:
    """Mint a key for an account. The full text is returned here and never again.

    Raises:
        AccountNotFound: no such account.
        InvalidInput: a scope that does not exist, no scope, or a name that is too long or missing.
    """
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise InvalidInput(f"Choose scopes among {', '.join(SCOPES)}.", field="scopes")
    if not 0 < len(name.strip()) <= MAX_NAME_LENGTH:
        raise InvalidInput(f"A key needs a name of at most {MAX_NAME_LENGTH} characters.", field="name")
    account = get_account(wallets, account_id)
    text = mint(surface)
    key_hash = hash_key(text)
    first = next(iter(keys.list(account_id)), None)
    key = Key(
        key_hash=key_hash,
        key_id=str(uuid.uuid4()),
        account_id=account_id,
        surface=surface,
        name=name.strip(),
        prefix=visible_prefix(surface, text),
        scopes=tuple(scopes),
        state=KeyState.ACTIVE,
        plan=account.plan,
        window_home=first.window_home if first else key_hash,
        created_at_ms=now_ms,
        expires_at_ms=expires_at_ms,
    )
    keys.put(key)
    return text, key


def revoke_key(keys: KeyTable, *, account_id: str, key_id: str) -> Key:
    """Stop a key at once.

    Raises:
        InvalidInput: the account has no such key.
    """
    for key in keys.list(account_id):
        if key.key_id == key_id:
            keys.revoke(key.key_hash)
            return key
    raise InvalidInput(f"Account {account_id} has no key {key_id}.", field="key_id")


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
