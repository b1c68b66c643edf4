"""GET /v1/content/list."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.babysea.endpoint import Answer, endpoint
from tidegate.surfaces.babysea.presenters import present_page
from tidegate.surfaces.babysea.query import read_page
from tidegate.surfaces.http import Request
from tidegate.usecases.authenticate import Caller
from tidegate.usecases.list_generations import list_generations


@endpoint(runtime, scope="generation:read", bucket=Bucket.GENERAL)
def handler(request: Request, caller: Caller, services: Runtime) -> Answer:
    """List the account's generations, newest first, with how many there are in all."""
    (limit, offset), now_ms = read_page(request), services.now_ms()
    page = list_generations(
        services.wallets,
        services.listing,
        account_id=caller.key.account_id,
        limit=limit,
        offset=offset,
        now_ms=now_ms,
    )
    return present_page(page, services.output_url, now_ms)
