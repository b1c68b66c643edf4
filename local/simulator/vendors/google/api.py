"""The Gemini API's routes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from local.simulator.catalog import InvalidInput
from local.simulator.faults import Faults
from local.simulator.jobs import Event, Job, State
from local.simulator.journal import received
from local.simulator.submission import (
    answer_submit,
    answer_when_done,
    doom,
    json_object,
    open_submit,
    poll_trouble,
    scripted,
)
from local.simulator.vendors.google import events, interactions_wire, problems, wire
from local.simulator.vendors.google.access import find, refuse
from local.simulator.vendors.google.interactions import Interactions
from local.simulator.vendors.protocol import Notice
from local.simulator.world import World


class Google:
    """generativelanguage.googleapis.com: its v1beta, and the keys that sign its callbacks."""

    name = "google"
    prefix = wire.ROOT
    retention_s = 172_800.0

    def __init__(self, world: World) -> None:
        self._world = world
        self._interactions = Interactions(world)

    def routes(self) -> list[BaseRoute]:
        """Pictures, videos, and the models as far as a key's test needs them."""
        v1beta = [*self._v1beta(), *self._interactions.routes()]
        return [Route("/.well-known/jwks.json", self._jwks, methods=["GET"]), Mount("/v1beta", routes=v1beta)]

    def _v1beta(self) -> list[BaseRoute]:
        return [
            Route("/models", self._models, methods=["GET"]),
            Route("/models/{model}/operations/{id}", self._operation, methods=["GET"]),
            Route("/files/{id}:download", self._download, methods=["GET"]),
            Route("/models/{model}:generateContent", self._generate, methods=["POST"]),
            Route("/models/{model}:predictLongRunning", self._predict, methods=["POST"]),
        ]

    def notice(self, job: Job, event: Event) -> Notice | None:
        """The end of a video that asked for it, with a token."""
        return events.notice(job, event, self._world.identity)

    async def _jwks(self, _request: Request) -> Response:
        return JSONResponse(events.jwks(self._world.identity))

    async def _generate(self, request: Request) -> Response:
        job = await self._opened(request, "image")
        if isinstance(job, Response):
            return job

        async def answer() -> Response:
            return JSONResponse(await wire.content(job, self._world.studio))

        return await answer_when_done(self._world, request, job, answer, inline=True)

    async def _predict(self, request: Request) -> Response:
        job = await self._opened(request, "video")
        if isinstance(job, Response):
            return job

        async def answer() -> Response:
            return JSONResponse({"name": wire.operation_name(job)})

        return await answer_submit(self._world, request, job, answer)

    async def _opened(self, request: Request, media: str) -> Job | Response:
        if refusal := refuse(request, self._world):
            return refusal
        body = await json_object(request)
        if body is None:
            return problems.problem("INVALID_ARGUMENT", "Invalid JSON payload received.")
        try:
            given = wire.picture_input(body) if media == "image" else wire.video_input(body)
            hook = wire.webhook(body)
        except wire.WrongField as error:
            return problems.unknown(str(error))
        model_id = request.path_params["model"]
        faults = open_submit(self._world, request, self.name, model_id, given)
        if refusal := scripted(faults, problems.refusal):
            return refusal
        job = self._job(request, given, faults, media)
        if isinstance(job, Job):
            job.callback_url, job.metadata = hook
        return job

    def _job(self, request: Request, given: Mapping[str, Any], faults: Faults, media: str) -> Job | Response:
        model_id = request.path_params["model"]
        model = self._world.catalog.find(self.name, model_id)
        if model is None or model.media != media or interactions_wire.serves(model):
            return problems.problem("NOT_FOUND", f"models/{model_id} is not found for API version v1beta.")
        if extra := model.ignored(given):
            return problems.unknown(extra[0])
        try:
            values = model.read(given)
        except InvalidInput as error:
            return problems.invalid(error.errors)
        return Job(
            id=secrets.token_hex(6),
            provider=self.name,
            model=model,
            given=given,
            values=values,
            origin=self._world.origin(request),
            faults=faults,
            doom=doom(faults),
        )

    async def _operation(self, request: Request) -> Response:
        received(request.scope).kind = "poll"
        job = self._find(request)
        if isinstance(job, Response):
            return job
        return poll_trouble(job, lambda: problems.problem("INTERNAL")) or JSONResponse(wire.operation(job))

    async def _download(self, request: Request) -> Response:
        """The file itself is elsewhere; the way there needs the key."""
        received(request.scope).kind = "result"
        job = self._find(request)
        if isinstance(job, Response):
            return job
        if job.state is not State.SUCCEEDED:
            return problems.problem("NOT_FOUND", "The file is not there.")
        return RedirectResponse(job.file_urls()[0], 302)

    async def _models(self, request: Request) -> Response:
        if refusal := refuse(request, self._world):
            return refusal
        known = [{"name": f"models/{model_id}"} for model_id in self._world.catalog.ids(self.name)]
        return JSONResponse({"models": known})

    def _find(self, request: Request) -> Job | Response:
        return find(request, self._world, "The operation is not found.")
