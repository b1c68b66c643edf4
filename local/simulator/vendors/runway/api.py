"""Runway's routes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.simulator.catalog import InvalidInput
from local.simulator.jobs import Event, Job, State
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
from local.simulator.vendors.protocol import Notice
from local.simulator.vendors.runway import problems, wire
from local.simulator.world import World

_VERSION: Final = "2024-11-06"
_PATHS: Final = ("text_to_image", "image_to_video", "text_to_video")


class Runway:
    """api.dev.runwayml.com."""

    name = "runway"
    prefix = wire.PREFIX
    retention_s = wire.RETENTION_S

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """Tasks, and the account behind the key."""
        return [
            *(Route(f"/v1/{path}", self._create, methods=["POST"]) for path in _PATHS),
            Route("/v1/tasks/{id}", self._get, methods=["GET"]),
            Route("/v1/tasks/{id}", self._delete, methods=["DELETE"]),
            Route("/v1/organization", self._organization, methods=["GET"]),
        ]

    def notice(self, job: Job, event: Event) -> Notice | None:  # noqa: ARG002  the protocol's shape
        """None: Runway calls nobody back."""
        return None

    async def _create(self, request: Request) -> Response:
        if refusal := self._refuse(request):
            return refusal
        body = await json_object(request)
        if body is None:
            return problems.problem(400)
        job = self._job(request, request.url.path.rpartition("/")[2], body)
        if isinstance(job, Response):
            return job

        async def answer() -> Response:
            return JSONResponse({"id": job.id, "estimatedCost": wire.task(job)["estimatedCost"]})

        return await answer_submit(self._world, request, job, answer)

    def _job(self, request: Request, path: str, body: Mapping[str, Any]) -> Job | Response:
        model_id = str(body.get("model", ""))
        faults = open_submit(self._world, request, self.name, model_id, body)
        if refusal := scripted(faults, problems.refusal):
            return refusal
        model = self._world.catalog.find(self.name, model_id)
        if model is None or path not in model.paths:
            return problems.problem(400, [{"message": "Invalid discriminator value", "path": ["model"]}])
        try:
            given = wire.read_input(path, body)
            received(request.scope).ignored_fields = model.ignored(given)
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
        ended = problems.end_of(job) if job.state is State.FAILED else {}
        return poll_trouble(job, lambda: problems.problem(500)) or JSONResponse({**wire.task(job), **ended})

    async def _delete(self, request: Request) -> Response:
        """Cancel what has not ended, forget what has; afterwards there is no such task."""
        received(request.scope).kind = "cancel"
        job = self._find(request)
        if isinstance(job, Response):
            return job
        self._world.engine.cancel(job)
        if job.done.is_set():
            del self._world.engine.jobs[job.id]
        return Response(status_code=204)

    async def _organization(self, request: Request) -> Response:
        if refusal := self._refuse(request):
            return refusal
        return JSONResponse({"creditBalance": 1000, "tier": {"models": {}}, "usage": {"models": {}}})

    def _refuse(self, request: Request) -> Response | None:
        if not key_of(request, self._world):
            return problems.problem(401)
        if request.headers.get("x-runway-version") != _VERSION:
            return problems.problem(
                400, [{"message": "Invalid X-Runway-Version", "path": ["X-Runway-Version"]}]
            )
        return None

    def _find(self, request: Request) -> Job | Response:
        if refusal := self._refuse(request):
            return refusal
        job = self._world.job(self.name, request.path_params["id"])
        if job is None:
            return problems.problem(404)
        received(request.scope).job_id = job.id
        return job
