"""GET /api/v1/jobs/{job_id}."""

from __future__ import annotations

from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime, runtime
from tidegate.surfaces.http import Request
from tidegate.surfaces.sharkapi.dialects import D2, Answer, endpoint
from tidegate.surfaces.sharkapi.jobs import check_job, present_second, read_generation_id
from tidegate.usecases.authenticate import Caller


@endpoint(runtime, D2, scope="generation:read", bucket=Bucket.CONTENT)
def handler(request: Request, caller: Caller, services: Runtime) -> Answer:
    """Show a job of the caller's account as it stands now."""
    generation_id = read_generation_id(request)
    now_ms = services.now_ms()
    job = check_job(services.generations.get(caller.key.account_id, generation_id), now_ms)
    removed = job.is_removed(now_ms)
    return Answer(present_second(job, services.output_url, removed=removed))
