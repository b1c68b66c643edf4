"""POST /api/keys."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.http import Request
from tidegate.surfaces.sharkapi.dialects import D2, Answer, endpoint
from tidegate.surfaces.sharkapi.tokens import make_token
from tidegate.usecases.authenticate import Caller


@endpoint(runtime, D2, scope="account:read", bucket=Bucket.GENERAL)
def handler(request: Request, caller: Caller, services: Runtime) -> Answer:
    """Make another token for the caller's account. Its text is shown this once."""
    return make_token(request, caller.key, services)
