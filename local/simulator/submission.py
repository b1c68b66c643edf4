"""A submit as every asynchronous vendor handles it: scripted faults around the making of a job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from local.simulator.faults import Faults, unknown_words
from local.simulator.jobs import Doom, Job
from local.simulator.journal import received
from local.simulator.responses import Dropped
from local.simulator.world import PROVIDERS, World

_DOOMS = {
    "failed": Doom.MODEL,
    "infrastructure": Doom.INFRASTRUCTURE,
    "moderation": Doom.MODERATION,
    "nsfw": Doom.NSFW,
}


def open_submit(
    world: World, request: Request, provider: str, model: str, given: Mapping[str, Any]
) -> Faults:
    """Note the submit in the journal and decide its faults."""
    prompt = str(given.get("prompt") or "")
    faults = world.faults.take(provider, model, prompt)
    entry = received(request.scope)
    entry.kind, entry.model, entry.body = "submit", model, dict(given)
    entry.faults = faults.names()
    entry.unknown_fault_words = unknown_words(prompt, PROVIDERS)
    if known := world.catalog.find(provider, model):
        entry.ignored_fields = known.ignored(given)
    return faults


def doom(faults: Faults) -> Doom | None:
    """Why a job with these faults is going to fail, if it is."""
    return next((end for name, end in _DOOMS.items() if name in faults), None)


async def answer_submit(
    world: World, request: Request, job: Job, answer: Callable[[], Awaitable[Response]]
) -> Response:
    """Start the job, then answer as its faults allow."""
    received(request.scope).job_id = job.id
    world.engine.submit(job)
    if "lost" in job.faults:
        return Dropped()
    if "submit_delay" in job.faults:
        await world.clock.sleep(job.faults.number("submit_delay"))
    if "malformed" in job.faults:
        return garbage()
    return await answer()


def garbage() -> Response:
    """A 200 that no client can read."""
    return Response(b'{"id": "', media_type="application/json")
