"""DashScope's routes."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.simulator.catalog import InvalidInput
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
from local.simulator.vendors.alibabacloud import problems, wire
from local.simulator.vendors.protocol import Notice
from local.simulator.world import World

_SERVICES: Final = "/services/aigc"


class AlibabaCloud:
    """dashscope-intl.aliyuncs.com/api/v1."""

    name = "alibabacloud"
    prefix = wire.PREFIX
    retention_s = wire.RETENTION_S

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """Images, videos and tasks."""
        return [
            Route(f"{_SERVICES}/multimodal-generation/generation", self._image, methods=["POST"]),
            Route(f"{_SERVICES}/video-generation/video-synthesis", self._video, methods=["POST"]),
            Route("/tasks/{id}", self._get, methods=["GET"]),
            Route("/tasks/{id}/cancel", self._cancel, methods=["POST"]),
        ]

    def notice(self, job: Job, event: Event) -> Notice | None:  # noqa: ARG002  the protocol's shape
        """None: there is no callback of a single job."""
        return None

    async def _image(self, request: Request) -> Response:
        job = await self._job(request, wire.image_input, "image")
        if isinstance(job, Response):
            return job
        return await answer_when_done(self._world, request, job, lambda: self._made(job))

    async def _made(self, job: Job) -> Response:
        if job.state is State.SUCCEEDED:
            return JSONResponse(wire.made(job))
        # What is found in the output is told in a 200.
        end, status = problems.end_of(job), 200 if job.doom is Doom.NSFW else None
        return problems.problem(end["code"], status=status)

    async def _video(self, request: Request) -> Response:
        if request.headers.get("x-dashscope-async") != "enable":
            return problems.problem("AccessDenied")
        job = await self._job(request, wire.video_input, "video")
        if isinstance(job, Response):
            return job

        async def answer() -> Response:
            return JSONResponse(wire.created(job))

        return await answer_submit(self._world, request, job, answer)

    async def _job(
        self, request: Request, read: Callable[[Mapping[str, Any]], dict[str, Any]], media: str
    ) -> Job | Response:
        if refusal := self._refuse(request):
            return refusal
        body = await json_object(request)
        try:
            given = read(body or {})
        except wire.WrongBody:
            return problems.problem("InvalidParameter", "Required body invalid, please check it")
        model_id = str((body or {}).get("model", ""))
        faults = open_submit(self._world, request, self.name, model_id, given)
        if refusal := scripted(faults, problems.refusal):
            return refusal
        model = self._world.catalog.find(self.name, model_id)
        if model is None or model.media != media:
            return problems.problem("ModelNotFound")
        try:
            values = model.read(given)
        except InvalidInput as error:
            return problems.invalid(error.errors)
        return Job(
            id=str(uuid.uuid4()),
            provider=self.name,
            model=model,
            given=given,
            values=values,
            origin=self._world.origin(request),
            faults=faults,
            doom=doom(faults),
        )

    async def _get(self, request: Request) -> Response:
        received(request.scope).kind = "poll"
        job = self._find(request)
        if isinstance(job, Response):
            return job
        if trouble := poll_trouble(job, lambda: problems.problem("InternalError")):
            return trouble
        view = wire.task(job)
        if job.state is State.FAILED:
            view["output"] |= problems.end_of(job)
        return JSONResponse(view)

    async def _cancel(self, request: Request) -> Response:
        """Only what has not started is cancelled."""
        received(request.scope).kind = "cancel"
        job = self._find(request)
        if isinstance(job, Response):
            return job
        if job.state is not State.QUEUED or not self._world.engine.cancel(job):
            return problems.problem("UnsupportedOperation")
        return JSONResponse({"request_id": str(uuid.uuid4())})

    def _refuse(self, request: Request) -> Response | None:
        return None if key_of(request, self._world) else problems.problem("InvalidApiKey")

    def _find(self, request: Request) -> Job | Response:
        if refusal := self._refuse(request):
            return refusal
        job_id = request.path_params["id"]
        job = self._world.job(self.name, job_id)
        if job is None or job.model.media != "video" or self._is_forgotten(job):
            return JSONResponse(wire.unknown(job_id))
        received(request.scope).job_id = job.id
        return job

    def _is_forgotten(self, job: Job) -> bool:
        return job.completed_at is not None and self._world.clock.now() > job.completed_at + self.retention_s
