"""What the BabySea wire shows of an account (contracts §1.3, §1.4)."""

from __future__ import annotations

from tidegate.domain.account import Account
from tidegate.surfaces.babysea.envelope import number
from tidegate.surfaces.headers import timestamp


def present_account(account: Account) -> dict[str, object]:
    """Who pays. Accounts here are an operator's customers: none is personal, none has a picture."""
    return {
        "account_id": account.account_id,
        "account_name": account.name,
        "account_email": account.email,
        "account_is_personal": False,
        "account_picture_url": None,
        "account_created_at": timestamp(account.created_at_ms),
    }


def present_billing(account: Account) -> dict[str, object]:
    """What can be spent. There are no subscriptions here: credits are granted by the operator."""
    return {
        "account_id": account.account_id,
        "billing_plan": None,
        "billing_credit_balance": number(account.wallet.balance.dollars),
        "billing_subscription_status": None,
        "billing_cancel_at_period_end": None,
        "billing_currency": None,
        "billing_period_starts_at": None,
        "billing_period_ends_at": None,
        "billing_created_at": None,
        "billing_updated_at": None,
    }
