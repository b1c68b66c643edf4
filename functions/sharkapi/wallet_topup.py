"""POST /v1/wallet/topup."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.http import Request
from tidegate.surfaces.sharkapi.dialects import D1, Answer, endpoint
from tidegate.surfaces.sharkapi.top_up import open_page
from tidegate.usecases.authenticate import Caller


@endpoint(runtime, D1, scope="account:read", bucket=Bucket.GENERAL)
def handler(request: Request, caller: Caller, services: Runtime) -> Answer:
    """Open a page on which the wallet is filled by card."""
    return open_page(request, caller.key.account_id, services)
