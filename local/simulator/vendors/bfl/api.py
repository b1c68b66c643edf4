"""BFL's routes and callbacks."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.simulator.catalog import InvalidInput, Model
from local.simulator.faults import Faults
from local.simulator.jobs import Doom, Event, Job, State
from local.simulator.journal import received
from local.simulator.submission import (
    answer_submit,
    doom,
    json_object,
    key_of,
    open_submit,
    poll_trouble,
    scripted,
)
from local.simulator.vendors.bfl import problems
from local.simulator.vendors.protocol import Notice
from local.simulator.world import World

_PREFIX: Final = "/bfl/v1"
_OWN_FIELDS: Final = frozenset({"webhook_url", "webhook_secret"})
_MAX_PIXELS: Final = 4_194_304  # of the FLUX.2 family


class Bfl:
    """api.bfl.ai."""

    name = "bfl"
    prefix = _PREFIX
    retention_s = 600.0

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """A task of each model, and its result."""
        return [
            Route("/get_result", self._result, methods=["GET"]),
            Route("/{model}", self._submit, methods=["POST"]),
        ]

    def notice(self, job: Job, event: Event) -> Notice | None:
        """The outcome, signed with the job's own secret if it was given one."""
        if job.callback_url is None or event is not Event.COMPLETED:
            return None
        secret = str(job.given.get("webhook_secret") or "")

        def sign(_timestamp: int, body: bytes) -> Mapping[str, str]:
            digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            signed = {"x-bfl-signature": f"sha256={digest}"} if secret else {}
            return {"content-type": "application/json", **signed}

        async def body() -> bytes:
            return json.dumps(_outcome(job)).encode()

        return Notice(job.callback_url, body, sign)

    async def _submit(self, request: Request) -> Response:
        if refusal := self._refuse(request):
            return refusal
        body = await json_object(request)
        if body is None:
            return problems.problem(422)
        given = {name: value for name, value in body.items() if name not in _OWN_FIELDS}
        model_id = request.path_params["model"]
        faults = open_submit(self._world, request, self.name, model_id, given)
        if refusal := scripted(faults, problems.refusal):
            return refusal
        model = self._world.catalog.find(self.name, model_id)
        if model is None:
            return problems.problem(404)
        try:
            values = _read(model, given)
        except InvalidInput as error:
            return problems.invalid(error.errors)
        job = self._job(request, model, body, values, faults)
        return await answer_submit(self._world, request, job, lambda: _accepted(job))

    def _job(
        self,
        request: Request,
        model: Model,
        body: Mapping[str, Any],
        values: Mapping[str, Any],
        faults: Faults,
    ) -> Job:
        return Job(
            id=str(uuid.uuid4()),
            provider=self.name,
            model=model,
            given=body,
            values=values,
            origin=self._world.origin(request),
            faults=faults,
            doom=doom(faults),
            callback_url=body.get("webhook_url"),
        )

    async def _result(self, request: Request) -> Response:
        received(request.scope).kind = "poll"
        if refusal := self._refuse(request):
            return refusal
        job = self._world.job(self.name, request.query_params.get("id", ""))
        if job is None:
            missing = {"id": request.query_params.get("id"), "status": "Task not found", "result": None}
            return JSONResponse(missing, 404)
        received(request.scope).job_id = job.id
        return poll_trouble(job, lambda: problems.problem(500)) or JSONResponse(_view(job))

    def _refuse(self, request: Request) -> Response | None:
        return None if key_of(request, self._world, "x-key") else problems.problem(403)


def _read(model: Model, given: Mapping[str, Any]) -> dict[str, Any]:
    """The input with its defaults; FLUX.2 bounds the pixels in all."""
    values = model.read(given)
    if model.id.startswith("flux-2") and values["width"] * values["height"] > _MAX_PIXELS:
        raise InvalidInput([{"loc": ("width",), "msg": "at most 4 megapixels", "type": "value_error"}])
    return values


async def _accepted(job: Job) -> Response:
    known: dict[str, Any] = {"id": job.id, "cost": 4.0, "input_mp": 0.0, "output_mp": 1.0}
    if job.callback_url:  # then there is no URL to poll
        return JSONResponse({**known, "status": "Pending", "webhook_url": job.callback_url})
    return JSONResponse({**known, "polling_url": f"{job.origin}{_PREFIX}/get_result?id={job.id}"})


def _view(job: Job) -> dict[str, Any]:
    """The task as it is polled."""
    return {
        "id": job.id,
        "status": _status(job),
        "result": _made(job),
        "progress": 1.0 if job.done.is_set() else 0.0,
        "details": {"error": problems.code_of(job)} if job.state is State.FAILED else None,
    }


def _made(job: Job) -> dict[str, Any] | None:
    urls = job.file_urls() if job.state is State.SUCCEEDED else []
    return (
        {"sample": urls[0], "prompt": job.prompt, "seed": job.seed, "duration": job.run_s} if urls else None
    )


def _outcome(job: Job) -> dict[str, Any]:
    """The callback's body."""
    known = {"id": job.id, "timestamp": int(job.completed_at or 0)}
    if job.state is State.SUCCEEDED:
        return {**known, "status": "Ready", "result": _made(job)}
    code = problems.code_of(job)
    return {**known, "status": "Error", "error": code, "message": code.replace("_", " ")}


def _status(job: Job) -> str:
    if job.state is State.SUCCEEDED:
        return "Ready"
    if job.state is State.FAILED:
        return problems.STATUSES[job.doom or Doom.MODEL]
    return "Warming Up" if "unknown_status" in job.faults else "Pending"
