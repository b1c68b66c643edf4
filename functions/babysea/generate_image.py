"""POST /v1/generate/image/{model_identifier+}."""

from __future__ import annotations

from tidegate.domain.generation import MediaType
from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.babysea.endpoint import Answer, endpoint
from tidegate.surfaces.babysea.generate import read_order
from tidegate.surfaces.babysea.presenters import present_submission
from tidegate.surfaces.http import Request
from tidegate.usecases.authenticate import Caller
from tidegate.usecases.submit import submit


@endpoint(runtime, scope="generation:write", bucket=Bucket.GENERATION)
def handler(request: Request, caller: Caller, services: Runtime) -> Answer:
    """Accept an image generation: its price is held, the rest happens behind the stream."""
    now_ms = services.now_ms()
    order = read_order(
        request,
        caller.key,
        MediaType.IMAGE,
        catalog=services.catalog,
        budgets=services.budgets,
        now_ms=now_ms,
    )
    return present_submission(submit(services.generations, order, now_ms))
