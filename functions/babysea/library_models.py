"""GET /v1/library/models."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.babysea.endpoint import Answer, endpoint
from tidegate.surfaces.babysea.presenters import present_models
from tidegate.surfaces.http import Request
from tidegate.usecases.authenticate import Caller


@endpoint(runtime, scope="library:read", bucket=Bucket.GENERAL)
def handler(_request: Request, _caller: Caller, services: Runtime) -> Answer:
    """List the models that are offered today."""
    models = services.catalog.offered_models(services.now_ms())
    return Answer(present_models(models), "Models retrieved")
