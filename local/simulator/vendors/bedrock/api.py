"""Bedrock's routes."""

from __future__ import annotations

import json
import secrets
import string
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.simulator.catalog import InvalidInput, Model
from local.simulator.jobs import Doom, Event, Job, State
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
from local.simulator.vendors.bedrock import problems, wire
from local.simulator.vendors.bedrock.invocations import Invocation, Invocations
from local.simulator.vendors.bedrock.signature import flaw
from local.simulator.vendors.protocol import Notice
from local.simulator.world import World

_Read = Callable[[str, Mapping[str, Any]], dict[str, Any]]
_LETTERS: Final = string.ascii_lowercase + string.digits


class Bedrock:
    """bedrock-runtime.{region}.amazonaws.com, every region at once."""

    name = "bedrock"
    prefix = wire.PREFIX
    retention_s = 0.0  # images are in the answer, videos in the caller's bucket

    def __init__(self, world: World) -> None:
        self._world = world
        self._invocations = Invocations(world.engine.jobs, world.put_object)

    def routes(self) -> list[BaseRoute]:
        """Images at once, and asynchronous invocations."""
        return [
            Route("/model/{model:path}/invoke", self._invoke, methods=["POST"]),
            Route("/async-invoke", self._start, methods=["POST"]),
            Route("/async-invoke", self._list, methods=["GET"]),
            Route("/async-invoke/{arn:path}", self._get, methods=["GET"]),
        ]

    def notice(self, job: Job, event: Event) -> Notice | None:  # noqa: ARG002  the protocol's shape
        """None: the API calls nobody back."""
        return None

    async def _invoke(self, request: Request) -> Response:
        if refusal := self._refuse(request):
            return refusal
        body = await json_object(request)
        model_id = f"{_region(request)}/{request.path_params['model']}"
        job = self._job(request, self._model(model_id, "image") or model_id, body or {}, wire.image_input)
        if isinstance(job, Response):
            return job
        return await answer_when_done(self._world, request, job, lambda: self._made(job), inline=True)

    async def _made(self, job: Job) -> Response:
        if job.state is State.FAILED and job.doom is not Doom.NSFW:
            return problems.end_of(job)
        return JSONResponse(await wire.images(job, self._world.studio))

    async def _start(self, request: Request) -> Response:
        if refusal := self._refuse(request):
            return refusal
        body = await json_object(request) or {}
        token, asked = str(body.get("clientRequestToken") or uuid.uuid4()), json.dumps(body, sort_keys=True)
        if known := self._invocations.of_token(token):
            if known.asked != asked:
                return problems.problem("ConflictException")
            return JSONResponse({"invocationArn": wire.arn(known)})
        s3_uri = _s3_uri(body)
        if s3_uri is None:
            return problems.problem("ValidationException", "Invalid Output Config/Credentials")
        model_id = f"{_region(request)}/{body.get('modelId', '')}"
        given = body["modelInput"] if isinstance(body.get("modelInput"), dict) else {}
        job = self._job(request, self._model(model_id, "video") or model_id, given, _video_input)
        if isinstance(job, Response):
            return job
        made = Invocation(job, token, asked, _region(request), s3_uri)
        self._invocations.add(made)

        async def answer() -> Response:
            return JSONResponse({"invocationArn": wire.arn(made)})

        return await answer_submit(self._world, request, job, answer)

    def _model(self, model_id: str, media: str) -> Model | None:
        model = self._world.catalog.find(self.name, model_id)
        return model if model and model.media == media else None

    def _job(
        self, request: Request, model: Model | str, body: Mapping[str, Any], read: Any
    ) -> Job | Response:
        model_id = model if isinstance(model, str) else model.id
        try:
            given = read(model_id, body)
        except InvalidInput as error:
            return problems.invalid(error.errors)
        faults = open_submit(self._world, request, self.name, model_id, given)
        if refusal := scripted(faults, problems.refusal):
            return refusal
        if isinstance(model, str):
            return problems.problem("ResourceNotFoundException")
        try:
            values = model.read(given)
        except InvalidInput as error:
            return problems.invalid(error.errors)
        return Job(
            id="".join(secrets.choice(_LETTERS) for _ in range(12)),
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
        if refusal := self._refuse(request):
            return refusal
        made = self._invocations.of_id(request.path_params["arn"].rpartition("/")[2])
        if made is None or wire.arn(made) != request.path_params["arn"]:
            return problems.problem("ResourceNotFoundException", "The invocation does not exist.")
        received(request.scope).job_id = made.job.id
        if trouble := poll_trouble(made.job, lambda: problems.problem("InternalServerException")):
            return trouble
        if made.job.state is State.SUCCEEDED:
            await self._invocations.write(made, self._world.studio)
        return JSONResponse(wire.invocation(made, problems.failure_message(made.job)))

    async def _list(self, request: Request) -> Response:
        received(request.scope).kind = "list"
        if refusal := self._refuse(request):
            return refusal
        listed = [
            wire.invocation(made, problems.failure_message(made.job)) for made in self._invocations.all()
        ]
        wanted = request.query_params.get("statusEquals")
        return JSONResponse(
            {"asyncInvokeSummaries": [view for view in listed if wanted in {None, view["status"]}]}
        )

    def _refuse(self, request: Request) -> Response | None:
        wrong = flaw(request.headers, self._world.settings.bad_keys)
        return problems.problem(*wrong) if wrong else None


def _video_input(_model_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return wire.video_input(body)


def _region(request: Request) -> str:
    """The region that the signature is scoped to."""
    return request.headers["authorization"].split("/")[2]


def _s3_uri(body: Mapping[str, Any]) -> str | None:
    match body.get("outputDataConfig"):
        case {"s3OutputDataConfig": {"s3Uri": str(uri)}} if uri.startswith("s3://") and len(uri) > len(
            "s3://"
        ):
            return uri.rstrip("/")
    return None
