"""GET /v1/health/storage."""

from __future__ import annotations

from aws_lambda_powertools.logging import Logger

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.babysea.endpoint import Answer, endpoint
from tidegate.surfaces.babysea.health import present_storage
from tidegate.surfaces.http import Request
from tidegate.usecases.authenticate import Caller
from tidegate.usecases.read_health import measure

logger = Logger()


@endpoint(runtime, scope="health:read", bucket=Bucket.GENERAL)
def handler(_request: Request, _caller: Caller, services: Runtime) -> Answer:
    """Ask the bucket of outputs, and say how long it took. 200 also when it does not answer."""
    answered, fault = measure(services.outputs.look)
    if fault is not None:
        logger.error("storage does not answer", exc_info=fault)
    return Answer(present_storage(services.setting("OUTPUTS_BUCKET"), answered), "Storage health retrieved")
