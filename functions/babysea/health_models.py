"""GET /v1/health/inference/models."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.babysea.endpoint import Answer, endpoint
from tidegate.surfaces.babysea.health import present_model_health
from tidegate.surfaces.http import Request
from tidegate.usecases.authenticate import Caller
from tidegate.usecases.read_health import read_models


@endpoint(runtime, scope="health:read", bucket=Bucket.GENERAL)
def handler(_request: Request, _caller: Caller, services: Runtime) -> Answer:
    """Say of each model which providers take jobs for it."""
    models = services.catalog.offered_models(services.now_ms())
    health = read_models(services.models, models, services.now_ms())
    return Answer(present_model_health(health), "Model health retrieved")
