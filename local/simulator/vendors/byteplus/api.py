"""ModelArk's routes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.simulator.catalog import InvalidInput, Model
from local.simulator.faults import Faults
from local.simulator.jobs import Doom, Event, Job, State
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
from local.simulator.vendors.byteplus import problems, wire
from local.simulator.vendors.protocol import Notice
from local.simulator.world import World


class BytePlus:
    """ark.ap-southeast.bytepluses.com/api/v3."""

    name = "byteplus"
    prefix = wire.PREFIX
    retention_s = wire.RETENTION_S

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """Images, and tasks of videos."""
        tasks = "/contents/generations/tasks"
        return [
            Route("/images/generations", self._images, methods=["POST"]),
            Route(tasks, self._create, methods=["POST"]),
            Route(tasks, self._list, methods=["GET"]),
            Route(f"{tasks}/{{id}}", self._get, methods=["GET"]),
            Route(f"{tasks}/{{id}}", self._delete, methods=["DELETE"]),
        ]

    def notice(self, job: Job, event: Event) -> Notice | None:  # noqa: ARG002  the protocol's shape
        """None: what a callback of this vendor looks like is not published."""
        return None

    async def _images(self, request: Request) -> Response:
        body = await self._opened(request)
        if isinstance(body, Response):
            return body
        given = {name: value for name, value in body.items() if name != "model"}
        job = self._job(request, body, given, "image")
        if isinstance(job, Response):
            return job
        inline = job.values.get("response_format") == "b64_json"
        return await answer_when_done(self._world, request, job, lambda: self._made(job), inline=inline)

    async def _made(self, job: Job) -> Response:
        if job.state is State.FAILED and job.doom is not Doom.NSFW:
            return problems.problem(problems.end_of(job)["code"])
        return JSONResponse(await wire.images(job, self._world.studio, self._world.clock.now()))

    async def _create(self, request: Request) -> Response:
        body = await self._opened(request)
        if isinstance(body, Response):
            return body
        try:
            given = wire.video_input(body)
        except wire.WrongContent as error:
            return problems.problem("InvalidParameter", f"The parameter `{error}` is not valid", str(error))
        job = self._job(request, body, given, "video")
        if isinstance(job, Response):
            return job

        async def answer() -> Response:
            return JSONResponse({"id": job.id})

        return await answer_submit(self._world, request, job, answer)

    async def _opened(self, request: Request) -> dict[str, Any] | Response:
        """The body, without what is null: the vendor's own client sends every parameter."""
        if refusal := self._refuse(request):
            return refusal
        body = await json_object(request)
        if body is None:
            return problems.problem("InvalidParameter", "The request body is not a JSON object")
        return {name: value for name, value in body.items() if value is not None}

    def _job(
        self, request: Request, body: Mapping[str, Any], given: Mapping[str, Any], media: str
    ) -> Job | Response:
        model_id = str(body.get("model", ""))
        faults = open_submit(self._world, request, self.name, model_id, given)
        if refusal := scripted(faults, problems.refusal):
            return refusal
        model = self._world.catalog.find(self.name, model_id)
        if model is None or model.media != media:
            return problems.problem("InvalidEndpoint.NotFound")
        try:
            return self._make(request, model, given, model.read(given), faults)
        except InvalidInput as error:
            return problems.invalid(error.errors)

    def _make(
        self,
        request: Request,
        model: Model,
        given: Mapping[str, Any],
        values: Mapping[str, Any],
        faults: Faults,
    ) -> Job:
        limit_s = float(values.get("execution_expires_after") or 172_800)
        return Job(
            id=f"cgt-20261120-{secrets.token_hex(5)}",
            provider=self.name,
            model=model,
            given=given,
            values=values,
            origin=self._world.origin(request),
            faults=faults,
            doom=doom(faults),
            start_by=self._world.clock.now() + limit_s,
        )

    async def _get(self, request: Request) -> Response:
        received(request.scope).kind = "poll"
        job = self._find(request)
        if isinstance(job, Response):
            return job
        trouble = poll_trouble(job, lambda: problems.problem("InternalServiceError"))
        return trouble or JSONResponse(wire.task(job))

    async def _list(self, request: Request) -> Response:
        received(request.scope).kind = "list"
        if refusal := self._refuse(request):
            return refusal
        own = (job for job in self._world.engine.jobs.values() if job.provider == self.name)
        jobs = [job for job in own if job.model.media == "video"]
        query = request.query_params
        try:
            return JSONResponse(wire.page(jobs, query, query.getlist("filter.task_ids")))
        except ValueError:
            return problems.problem("InvalidParameter", "The page cannot be read", "page_num")

    async def _delete(self, request: Request) -> Response:
        """Cancel what is queued, forget what has ended, refuse what runs."""
        received(request.scope).kind = "cancel"
        job = self._find(request)
        if isinstance(job, Response):
            return job
        if job.state is State.RUNNING:
            return problems.problem("InvalidParameter", "The task is running and cannot be deleted", "id")
        if not self._world.engine.cancel(job):
            del self._world.engine.jobs[job.id]
        return JSONResponse({})

    def _refuse(self, request: Request) -> Response | None:
        return None if key_of(request, self._world) else problems.problem("AuthenticationError")

    def _find(self, request: Request) -> Job | Response:
        if refusal := self._refuse(request):
            return refusal
        job = self._world.job(self.name, request.path_params["id"])
        if job is None or job.model.media != "video":
            return problems.problem("NotFound")
        received(request.scope).job_id = job.id
        return job
