"""Who may ask, and for which job: the same for both of Google's APIs."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from local.simulator.jobs import Job
from local.simulator.journal import received
from local.simulator.submission import key_of
from local.simulator.vendors.google import problems
from local.simulator.world import World


def refuse(request: Request, world: World) -> Response | None:
    """The answer to a key that is missing or bad."""
    key = key_of(request, world, "x-goog-api-key") or request.query_params.get("key")
    return None if key and key not in world.settings.bad_keys else problems.bad_key()


def find(request: Request, world: World, missing: str) -> Job | Response:
    """The job that the path names, or the answer instead of it."""
    if refusal := refuse(request, world):
        return refusal
    job = world.job("google", request.path_params["id"])
    if job is None:
        return problems.problem("NOT_FOUND", missing)
    received(request.scope).job_id = job.id
    return job
