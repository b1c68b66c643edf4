"""POST /v1/generate."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.http import Request
from tidegate.surfaces.sharkapi.dialects import D1, Answer, endpoint
from tidegate.surfaces.sharkapi.generate import generate_first
from tidegate.usecases.authenticate import Caller


@endpoint(runtime, D1, scope="generation:write", bucket=Bucket.GENERATION)
def handler(request: Request, caller: Caller, services: Runtime) -> Answer:
    """Accept a job: its price is held, which the wire does not show until it is charged."""
    return generate_first(request, caller.key, services)
