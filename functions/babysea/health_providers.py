"""GET /v1/health/inference/providers."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.babysea.endpoint import Answer, endpoint
from tidegate.surfaces.babysea.health import present_provider_health
from tidegate.surfaces.http import Request
from tidegate.usecases.authenticate import Caller
from tidegate.usecases.read_health import read_providers


@endpoint(runtime, scope="health:read", bucket=Bucket.GENERAL)
def handler(_request: Request, _caller: Caller, services: Runtime) -> Answer:
    """Say how each provider did in the last five minutes."""
    models = services.catalog.offered_models(services.now_ms())
    names = [profile.provider_id for profile in services.provider_profiles]
    health = read_providers(services.models, models, names, services.now_ms())
    return Answer(present_provider_health(health), "Provider health retrieved")
