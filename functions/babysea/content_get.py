"""GET /v1/content/{generation_id}."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.babysea.endpoint import Answer, endpoint
from tidegate.surfaces.babysea.presenters import present_generation
from tidegate.surfaces.babysea.routes import read_generation_id
from tidegate.surfaces.http import Request
from tidegate.usecases.authenticate import Caller
from tidegate.usecases.get_generation import get_generation


@endpoint(runtime, scope="generation:read", bucket=Bucket.CONTENT)
def handler(request: Request, caller: Caller, services: Runtime) -> Answer:
    """Show a generation of the caller's account as it stands now."""
    now_ms = services.now_ms()
    generation = get_generation(
        services.generations,
        account_id=caller.key.account_id,
        generation_id=read_generation_id(request),
        now_ms=now_ms,
    )
    return Answer(present_generation(generation, services.output_url, now_ms))
