"""GET /v1/status."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.babysea.endpoint import Answer, endpoint
from tidegate.surfaces.babysea.presenters import present_key
from tidegate.surfaces.http import Request
from tidegate.usecases.authenticate import Caller


@endpoint(runtime, scope="account:read", bucket=Bucket.GENERAL)
def handler(_request: Request, caller: Caller, _services: Runtime) -> Answer:
    """Say whose key this is. Authenticating has just noted its use, so that time is now."""
    return Answer(present_key(caller.key), "API connected successfully")
