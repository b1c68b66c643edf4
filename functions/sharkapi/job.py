"""GET /v1/jobs/{job_id}."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.http import Request
from tidegate.surfaces.sharkapi.dialects import D1, Answer, endpoint
from tidegate.surfaces.sharkapi.jobs import present_first
from tidegate.surfaces.sharkapi.poll import look
from tidegate.usecases.authenticate import Caller


@endpoint(runtime, D1, scope="generation:read", bucket=Bucket.CONTENT)
def handler(request: Request, caller: Caller, services: Runtime) -> Answer:
    """Show a job of the caller's account as it stands now, or as it ends while the caller waits."""
    job = look(request, caller.key.account_id, services)
    removed = job.is_removed(services.now_ms())
    return Answer(present_first(job, services.output_url, removed=removed))
