"""GET /v1/estimate/{model_identifier+}."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.babysea.endpoint import Answer, endpoint
from tidegate.surfaces.babysea.estimate import (
    in_the_querys_words,
    present_estimate,
    read_count,
    read_given,
)
from tidegate.surfaces.http import Request
from tidegate.usecases.authenticate import Caller
from tidegate.usecases.estimate import estimate


@endpoint(runtime, scope="library:read", bucket=Bucket.GENERAL)
def handler(request: Request, caller: Caller, services: Runtime) -> Answer:
    """Say what generations of a model would cost. Nothing is held."""
    model = services.catalog.offered(request.path_params.get("model_identifier", ""), services.now_ms())
    with in_the_querys_words():
        estimated = estimate(
            services.wallets,
            model,
            read_given(request),
            account_id=caller.key.account_id,
            count=read_count(request),
        )
    return Answer(present_estimate(estimated), "Estimate calculated")
