"""Say what generations would cost. The price comes from the code that prices a submit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tidegate.adapters.dynamodb.wallets import WalletTable
from tidegate.domain.estimate import Estimate
from tidegate.domain.model import Model
from tidegate.domain.money import Money
from tidegate.domain.parameters import priced_params, unknown_parameter
from tidegate.domain.pricing import price
from tidegate.usecases.accounts import get_account


def estimate(
    wallets: WalletTable, model: Model, given: Mapping[str, Any], *, account_id: str, count: int
) -> Estimate:
    """Price ``count`` generations of a model with these parameters, and compare with the balance.

    Raises:
        InvalidInput: a parameter that a submit would refuse, too.
        AccountNotFound: the account is gone.
    """
    params = priced_params(model, given)
    for name in given:
        if name not in params:
            raise unknown_parameter(model, name)
    return Estimate(model, params, count, price(model, params), _balance(wallets, account_id))


def _balance(wallets: WalletTable, account_id: str) -> Money | None:
    try:
        return get_account(wallets, account_id).wallet.balance
    except (BotoCoreError, ClientError):  # a price is an answer without it (contracts: BabySea §1.5)
        return None
