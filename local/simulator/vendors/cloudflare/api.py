"""Workers AI's one route."""

from __future__ import annotations

import uuid
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.simulator.catalog import InvalidInput
from local.simulator.inline import inline_files, inline_texts
from local.simulator.jobs import Event, Job, State
from local.simulator.submission import answer_when_done, doom, json_object, key_of, open_submit, scripted
from local.simulator.vendors.cloudflare import problems
from local.simulator.vendors.protocol import Notice
from local.simulator.world import World

_ACCOUNT: Final = "/accounts/{account}/ai"


class Cloudflare:
    """api.cloudflare.com/client/v4, as far as it runs image models."""

    name = "cloudflare"
    prefix = "/cloudflare/client/v4"
    retention_s = 0.0  # nothing is kept

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """Run a model; the models, as far as a key's test needs them."""
        return [
            Route(f"{_ACCOUNT}/run/{{model:path}}", self._run, methods=["POST"]),
            Route(f"{_ACCOUNT}/models/search", self._models, methods=["GET"]),
        ]

    def notice(self, job: Job, event: Event) -> Notice | None:  # noqa: ARG002  the protocol's shape
        """None: everything is in the answer."""
        return None

    async def _run(self, request: Request) -> Response:
        if refusal := self._refuse(request):
            return refusal
        given = await json_object(request)
        if given is None:
            return problems.problem(3003)
        model_id = request.path_params["model"]
        faults = open_submit(self._world, request, self.name, model_id, given)
        if refusal := scripted(faults, problems.refusal):
            return refusal
        model = self._world.catalog.find(self.name, model_id)
        if model is None:
            return problems.problem(5007, f"No such model {model_id} or task")
        try:
            values = model.read(given)
        except InvalidInput as error:
            return problems.invalid(error.errors)
        job = Job(
            id=str(uuid.uuid4()),
            provider=self.name,
            model=model,
            given=given,
            values=values,
            origin=self._world.origin(request),
            faults=faults,
            doom=doom(faults),
        )
        return await answer_when_done(self._world, request, job, lambda: self._made(job), inline=True)

    async def _made(self, job: Job) -> Response:
        if job.state is not State.SUCCEEDED:
            return problems.end_of(job)
        if job.model.answer == "bytes":
            (data,) = await inline_files(job, self._world.studio)
            return Response(data, media_type=job.scenes()[0].content_type)
        pictures = await inline_texts(job, self._world.studio)
        result = {"image": pictures[0]} if pictures else {}
        return JSONResponse({"result": result, "success": True, "errors": [], "messages": []})

    async def _models(self, request: Request) -> Response:
        if refusal := self._refuse(request):
            return refusal
        known = [{"name": model_id} for model_id in self._world.catalog.ids(self.name)]
        return JSONResponse({"result": known, "success": True, "errors": [], "messages": []})

    def _refuse(self, request: Request) -> Response | None:
        return None if key_of(request, self._world) else problems.problem(10000)
