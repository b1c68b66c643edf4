"""The Interactions API: started in the background, polled, cancelled, deleted."""

from __future__ import annotations

import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.simulator.catalog import InvalidInput
from local.simulator.faults import Faults
from local.simulator.jobs import Job
from local.simulator.journal import received
from local.simulator.submission import answer_submit, doom, json_object, open_submit, poll_trouble, scripted
from local.simulator.vendors.google import interactions_wire as wire
from local.simulator.vendors.google import problems
from local.simulator.vendors.google.access import find, refuse
from local.simulator.world import World

_NAME = "google"


class Interactions:
    """``/interactions``, as far as it makes videos."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """Submit, poll, cancel and delete."""
        return [
            Route("/interactions", self._create, methods=["POST"]),
            Route("/interactions/{id}", self._get, methods=["GET"]),
            Route("/interactions/{id}", self._delete, methods=["DELETE"]),
            Route("/interactions/{id}/cancel", self._cancel, methods=["POST"]),
        ]

    async def _create(self, request: Request) -> Response:
        if refusal := refuse(request, self._world):
            return refusal
        body = await json_object(request)
        if body is None:
            return problems.request("Invalid JSON payload received.")
        try:
            asked = wire.read(body)
        except wire.WrongRequest as error:
            return problems.request(str(error))
        faults = open_submit(self._world, request, _NAME, asked.model, asked.given)
        if refusal := scripted(faults, problems.refusal_of_interactions):
            return refusal
        job = self._job(request, asked, faults)
        if isinstance(job, Response):
            return job

        async def answer() -> Response:
            return JSONResponse(await wire.interaction(job, self._world.studio))

        return await answer_submit(self._world, request, job, answer)

    def _job(self, request: Request, asked: wire.Asked, faults: Faults) -> Job | Response:
        model = self._world.catalog.find(_NAME, asked.model)
        if model is None or not wire.serves(model):
            return problems.problem("NOT_FOUND", f"models/{asked.model} is not found for API version v1beta.")
        if extra := model.ignored(asked.given):
            return problems.request(f"Unknown parameter '{extra[0]}'.")
        try:
            values = model.read(asked.given)
        except InvalidInput as error:
            return problems.request(problems.said(error.errors))
        return Job(
            id=f"v1_{secrets.token_hex(12)}",
            provider=_NAME,
            model=model,
            given=asked.given,
            values=values,
            origin=self._world.origin(request),
            faults=faults,
            doom=doom(faults),
            callback_url=asked.callback_url,
            metadata=asked.metadata,
        )

    async def _get(self, request: Request) -> Response:
        received(request.scope).kind = "poll"
        job = self._find(request)
        if isinstance(job, Response):
            return job
        trouble = poll_trouble(job, lambda: problems.problem("INTERNAL"))
        return trouble or JSONResponse(await wire.interaction(job, self._world.studio))

    async def _cancel(self, request: Request) -> Response:
        received(request.scope).kind = "cancel"
        job = self._find(request)
        if isinstance(job, Response):
            return job
        if not self._world.engine.cancel(job):
            return problems.request("The interaction is not running.")
        return JSONResponse(await wire.interaction(job, self._world.studio))

    async def _delete(self, request: Request) -> Response:
        job = self._find(request)
        if isinstance(job, Response):
            return job
        if not job.done.is_set():
            return problems.request("The interaction is still running.")
        del self._world.engine.jobs[job.id]
        return JSONResponse({})

    def _find(self, request: Request) -> Job | Response:
        return find(request, self._world, "The interaction is not found.")
