"""GET /v1/usage."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.babysea.endpoint import Answer, endpoint
from tidegate.surfaces.babysea.usage import NAMES, present_usage, read_days
from tidegate.surfaces.http import Request
from tidegate.usecases.accounts import get_account
from tidegate.usecases.authenticate import Caller
from tidegate.usecases.usage import read_usage


@endpoint(runtime, scope="account:read", bucket=Bucket.GENERAL)
def handler(request: Request, caller: Caller, services: Runtime) -> Answer:
    """Count up what the account did in the last days, this request included."""
    account_id = caller.key.account_id
    usage = read_usage(
        services.usage,
        services.keys,
        account_id=account_id,
        days=read_days(request),
        names=NAMES,
        now_ms=services.now_ms(),
    )
    balance = get_account(services.wallets, account_id).wallet.balance
    return Answer(present_usage(account_id, usage, balance), "Usage retrieved")
