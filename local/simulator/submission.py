"""A submit as the vendors handle it: scripted faults around the making of a job."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from local.simulator.faults import Faults, unknown_words
from local.simulator.jobs import Doom, Job, prompt_of
from local.simulator.journal import received
from local.simulator.responses import Dropped, endless
from local.simulator.world import PROVIDERS, World

_DOOMS = {
    "failed": Doom.MODEL,
    "failed_with": Doom.MODEL,
    "infrastructure": Doom.INFRASTRUCTURE,
    "moderation": Doom.MODERATION,
    "nsfw": Doom.NSFW,
}


def open_submit(
    world: World, request: Request, provider: str, model: str, given: Mapping[str, Any]
) -> Faults:
    """Note the submit in the journal and decide its faults."""
    prompt = prompt_of(given)
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


async def answer_when_done(
    world: World,
    request: Request,
    job: Job,
    answer: Callable[[], Awaitable[Response]],
    *,
    inline: bool = False,
) -> Response:
    """Run the job of a vendor that answers with the result, then answer as its faults allow.

    With ``inline`` the files are in the answer, and so is one that never ends.
    """
    received(request.scope).job_id = job.id
    world.engine.submit(job)
    await job.done.wait()
    if "lost" in job.faults:
        return Dropped()
    if "malformed" in job.faults:
        return garbage()
    if inline and "oversized_output" in job.faults:
        return endless(b'{"image": "', "application/json")
    return await answer()


def scripted(faults: Faults, refuse: Callable[[int | str, float | None], Response]) -> Response | None:
    """The refusal that a fault asks for, in the vendor's words.

    ``refuse`` gets a status, ``"billing"`` or one of the vendor's own codes, and the wished ``Retry-After``.
    """
    if "hang" in faults:
        return Dropped(wait=True)
    if "billing" in faults:
        return refuse("billing", None)
    if "error" in faults:
        return refuse(faults.code("error"), None)
    status = faults.status()
    return refuse(status, faults.arguments.get(str(status))) if status else None


def poll_trouble(job: Job, broken: Callable[[], Response]) -> Response | None:
    """What a poll meets instead of the job's state, if a fault asks for it."""
    match job.poll_fault():
        case "poll_error":
            return broken()
        case "poll_malformed":
            return garbage()
    return None


def key_of(request: Request, world: World, header: str | None = None) -> str | None:
    """The bearer key, or what ``header`` holds; empty without one, None when the vendor refuses it."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    bearer = key.strip() if scheme == "Bearer" else ""
    shown = request.headers.get(header, "").strip() if header else bearer
    return None if shown in world.settings.bad_keys else shown


async def json_object(request: Request) -> dict[str, Any] | None:
    """The body, if it is a JSON object."""
    try:
        body = json.loads(await request.body())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def garbage() -> Response:
    """A 200 that no client can read."""
    return Response(b'{"id": "', media_type="application/json")
