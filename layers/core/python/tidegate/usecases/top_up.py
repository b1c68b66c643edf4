"""Filling a wallet by card: a checkout is opened, and the payment's own notice credits it, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidegate.adapters.payments.protocol import Checkout, Payments, Receipt
from tidegate.domain.money import Money
from tidegate.usecases.accounts import get_account

if TYPE_CHECKING:
    from tidegate.adapters.dynamodb.wallets import WalletTable


def open_top_up(payments: Payments, wallets: WalletTable, *, account_id: str, amount: Money) -> Checkout:
    """Open a checkout for an account.

    Raises:
        AccountNotFound: the account is gone.
        PaymentsUnavailable: not set up, or not answering.
    """
    get_account(wallets, account_id)
    return payments.open_checkout(account_id, amount)


def credit(wallets: WalletTable, receipt: Receipt, now_ms: int) -> bool:
    """Credit a payment; False when an earlier notice already did.

    Raises:
        AccountNotFound: money came for an account that is gone.
        InvalidInput: the same payment was told of with another amount.
    """
    return wallets.grant(receipt.account_id, receipt.amount, reference=receipt.reference, now_ms=now_ms)
