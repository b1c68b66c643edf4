"""POST /v1/content/generation/cancel/{generation_id}; the SDK sends no body."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.babysea.endpoint import Answer, endpoint
from tidegate.surfaces.babysea.presenters import present_cancellation
from tidegate.surfaces.babysea.routes import read_generation_id
from tidegate.surfaces.http import Request
from tidegate.usecases.authenticate import Caller
from tidegate.usecases.cancel import cancel


@endpoint(runtime, scope="generation:delete", bucket=Bucket.GENERAL)
def handler(request: Request, caller: Caller, services: Runtime) -> Answer:
    """Cancel an open generation and give its price back."""
    cancellation = cancel(
        services.generations,
        services.attempts,
        account_id=caller.key.account_id,
        generation_id=read_generation_id(request),
        now_ms=services.now_ms(),
    )
    return Answer(present_cancellation(cancellation), "Generation canceled")
