"""GET /v1/content/{generation_id}."""

from __future__ import annotations

from tidegate.domain.errors import GenerationNotFound
from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.babysea.endpoint import Answer, endpoint
from tidegate.surfaces.babysea.presenters import present_generation
from tidegate.surfaces.babysea.routes import read_generation_id
from tidegate.surfaces.http import Request
from tidegate.usecases.authenticate import Caller


@endpoint(runtime, scope="generation:read", bucket=Bucket.CONTENT)
def handler(request: Request, caller: Caller, services: Runtime) -> Answer:
    """Show a generation of the caller's account as it stands now."""
    generation = services.generations.get(caller.key.account_id, read_generation_id(request))
    if generation is None:
        raise GenerationNotFound("There is no such generation.")
    removed = generation.is_removed(services.now_ms(), services.output_retention_ms)
    return Answer(present_generation(generation, services.output_url, removed=removed))
