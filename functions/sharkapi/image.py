"""POST /api/v1/image."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.http import Request
from tidegate.surfaces.sharkapi.dialects import D2, Answer, endpoint
from tidegate.surfaces.sharkapi.generate import generate_second
from tidegate.usecases.authenticate import Caller


@endpoint(runtime, D2, scope="generation:write", bucket=Bucket.GENERATION)
def handler(request: Request, caller: Caller, services: Runtime) -> Answer:
    """Accept a job of the newer dialect."""
    return generate_second(request, caller.key, services)
