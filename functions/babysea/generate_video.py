"""POST /v1/generate/video/{model_identifier+}."""

from __future__ import annotations

from tidegate.domain.generation import MediaType
from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.babysea.endpoint import Answer, endpoint
from tidegate.surfaces.babysea.generate import generate
from tidegate.surfaces.http import Request
from tidegate.usecases.authenticate import Caller


@endpoint(runtime, scope="generation:write", bucket=Bucket.GENERATION)
def handler(request: Request, caller: Caller, services: Runtime) -> Answer:
    """Accept a video generation: its price is held, the rest happens behind the stream."""
    return generate(request, caller.key, MediaType.VIDEO, services)
