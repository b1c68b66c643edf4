"""An account: who pays."""

from __future__ import annotations

from dataclasses import dataclass

from tidegate.domain.mode import Mode
from tidegate.domain.wallet import Wallet


@dataclass(frozen=True, slots=True)
class Account:
    """A customer of this gateway, with its wallet."""

    account_id: str
    name: str
    email: str | None
    plan: str
    created_at_ms: int
    wallet: Wallet
    mode: Mode = Mode.LIVE
    sandbox_of: str | None = None  # whose sandbox it is: every one in test mode is somebody's
    suspended_at_ms: int | None = None  # since when its submits are refused
