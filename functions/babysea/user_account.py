"""GET /v1/user/account."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.babysea.account import present_account
from tidegate.surfaces.babysea.endpoint import Answer, endpoint
from tidegate.surfaces.http import Request
from tidegate.usecases.accounts import get_account
from tidegate.usecases.authenticate import Caller


@endpoint(runtime, scope="account:read", bucket=Bucket.GENERAL)
def handler(_request: Request, caller: Caller, services: Runtime) -> Answer:
    """Show the account that the key belongs to."""
    account = get_account(services.wallets, caller.key.account_id)
    return Answer(present_account(account), "Account retrieved")
