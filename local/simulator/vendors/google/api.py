"""The Gemini API's routes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from local.simulator.catalog import InvalidInput
from local.simulator.faults import Faults
from local.simulator.jobs import Event, Job, State
from local.simulator.journal import received
from local.simulator.submission import (
    answer_submit,
    answer_when_done,
    doom,
    json_object,
    key_of,
    open_submit,
    poll_trouble,
    scripted,
)
from local.simulator.vendors.google import problems, wire
from local.simulator.vendors.protocol import Notice
from local.simulator.world import World


class Google:
    """generativelanguage.googleapis.com/v1beta."""

    name = "google"
    prefix = wire.PREFIX
    retention_s = 172_800.0

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """Pictures, videos, and the models as far as a key's test needs them."""
        return [
            Route("/models", self._models, methods=["GET"]),
            Route("/models/{model}/operations/{id}", self._operation, methods=["GET"]),
            Route("/files/{id}:download", self._download, methods=["GET"]),
            Route("/models/{model}:generateContent", self._generate, methods=["POST"]),
            Route("/models/{model}:predictLongRunning", self._predict, methods=["POST"]),
        ]

    def notice(self, job: Job, event: Event) -> Notice | None:  # noqa: ARG002  the protocol's shape
        """None: the claims of this vendor's signed callbacks are not published."""
        return None

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
        if refusal := self._refuse(request):
            return refusal
        body = await json_object(request)
        if body is None:
            return problems.problem("INVALID_ARGUMENT", "Invalid JSON payload received.")
        try:
            given = wire.picture_input(body) if media == "image" else wire.video_input(body)
        except wire.WrongField as error:
            return problems.unknown(str(error))
        model_id = request.path_params["model"]
        faults = open_submit(self._world, request, self.name, model_id, given)
        if refusal := scripted(faults, problems.refusal):
            return refusal
        return self._job(request, given, faults, media)

    def _job(self, request: Request, given: Mapping[str, Any], faults: Faults, media: str) -> Job | Response:
        model_id = request.path_params["model"]
        model = self._world.catalog.find(self.name, model_id)
        if model is None or model.media != media:
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
        if refusal := self._refuse(request):
            return refusal
        known = [{"name": f"models/{model_id}"} for model_id in self._world.catalog.ids(self.name)]
        return JSONResponse({"models": known})

    def _find(self, request: Request) -> Job | Response:
        if refusal := self._refuse(request):
            return refusal
        job = self._world.job(self.name, request.path_params["id"])
        if job is None:
            return problems.problem("NOT_FOUND", "The operation is not found.")
        received(request.scope).job_id = job.id
        return job

    def _refuse(self, request: Request) -> Response | None:
        key = key_of(request, self._world, "x-goog-api-key") or request.query_params.get("key")
        if not key:
            return problems.bad_key()
        return problems.bad_key() if key in self._world.settings.bad_keys else None
