"""GET /v1/wallet/balance."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.http import Request
from tidegate.surfaces.sharkapi.dialects import D1, Answer, endpoint
from tidegate.surfaces.sharkapi.wallet import present_balance
from tidegate.usecases.accounts import get_account
from tidegate.usecases.authenticate import Caller


@endpoint(runtime, D1, scope="account:read", bucket=Bucket.GENERAL)
def handler(_request: Request, caller: Caller, services: Runtime) -> Answer:
    """Show what is in the wallet."""
    account = get_account(services.wallets, caller.key.account_id)
    return Answer(present_balance(account, services.now_ms()))
