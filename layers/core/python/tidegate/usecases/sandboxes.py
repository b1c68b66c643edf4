"""The sandbox of an account: an account of its own, in test mode, with play money (docs/adr/0040)."""

from __future__ import annotations

from tidegate.adapters.dynamodb.wallets import WalletTable
from tidegate.domain.account import Account
from tidegate.domain.errors import AccountNotFound
from tidegate.domain.mode import PLAY_CREDITS, PLAY_REFERENCE, Mode, sandbox_id
from tidegate.domain.wallet import Wallet


def open_sandbox(wallets: WalletTable, account_id: str, now_ms: int) -> Account:
    """Return the account's sandbox, made now if there is none; a sandbox's own is itself.

    Doing it again finishes what was interrupted: the play money is granted once.

    Raises:
        AccountNotFound: no such account.
    """
    account = wallets.get(account_id)
    if account is None:
        raise AccountNotFound(f"There is no account {account_id}.", account_id=account_id)
    if account.mode is Mode.TEST:
        return account
    own_id = sandbox_id(account_id)
    sandbox = find_sandbox(wallets, account)
    if sandbox is None:
        sandbox = Account(
            own_id, account.name, account.email, account.plan, now_ms, Wallet(own_id), Mode.TEST, account_id
        )
        wallets.create(sandbox)
    wallets.grant(own_id, PLAY_CREDITS, reference=PLAY_REFERENCE, now_ms=now_ms)
    return wallets.get(own_id) or sandbox


def find_sandbox(wallets: WalletTable, account: Account) -> Account | None:
    """Return the sandbox of a live account, None when it has none yet."""
    return wallets.get(sandbox_id(account.account_id)) if account.mode is Mode.LIVE else None
