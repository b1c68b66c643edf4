"""GET /v1/library/providers."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.babysea.endpoint import Answer, endpoint
from tidegate.surfaces.babysea.providers import present_providers
from tidegate.surfaces.http import Request
from tidegate.usecases.authenticate import Caller


@endpoint(runtime, scope="library:read", bucket=Bucket.GENERAL)
def handler(_request: Request, _caller: Caller, services: Runtime) -> Answer:
    """List the providers, with how many models each serves today."""
    models = services.catalog.offered_models(services.now_ms())
    return Answer(present_providers(services.provider_profiles, models), "Providers retrieved")
