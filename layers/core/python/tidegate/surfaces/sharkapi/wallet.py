"""The wallet as SharkApi shows it: a balance that falls only when a job completes."""

from __future__ import annotations

from tidegate.domain.account import Account
from tidegate.surfaces.headers import timestamp
from tidegate.surfaces.sharkapi.dialects import in_dollars


def present_balance(account: Account, now_ms: int) -> dict[str, object]:
    """What is in the wallet, what is held for jobs in flight included."""
    wallet = account.wallet
    return {
        "balance": in_dollars(wallet.balance + wallet.held),
        "currency": "USD",
        "free_trials_remaining": wallet.trials,
        "updated_at": timestamp(now_ms),
    }
