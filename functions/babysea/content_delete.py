"""DELETE /v1/content/{generation_id}."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.babysea.endpoint import Answer, endpoint
from tidegate.surfaces.babysea.presenters import present_removal
from tidegate.surfaces.babysea.routes import read_generation_id
from tidegate.surfaces.http import Request
from tidegate.usecases.authenticate import Caller
from tidegate.usecases.remove import remove


@endpoint(runtime, scope="generation:delete", bucket=Bucket.GENERAL)
def handler(request: Request, caller: Caller, services: Runtime) -> Answer:
    """Delete the files of an ended generation for good; its record stays."""
    removal = remove(
        services.generations,
        services.outputs,
        account_id=caller.key.account_id,
        generation_id=read_generation_id(request),
        now_ms=services.now_ms(),
    )
    return Answer(present_removal(removal), "Generation files deleted")
