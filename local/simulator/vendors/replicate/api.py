"""Replicate's routes and callbacks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.simulator.catalog import InvalidInput, Model
from local.simulator.faults import Faults
from local.simulator.jobs import Event, Job
from local.simulator.journal import received
from local.simulator.responses import Dropped
from local.simulator.submission import answer_submit, doom, garbage, open_submit
from local.simulator.vendors.protocol import Notice
from local.simulator.vendors.replicate import problems, wire
from local.simulator.world import World

_WAIT = re.compile(r"wait(?:\s*=\s*(\d+))?")
_LONGEST_WAIT_S = 60
_DEFAULT_EVENTS = [Event.OUTPUT, Event.COMPLETED]


class Replicate:
    """api.replicate.com/v1."""

    name = "replicate"
    prefix = wire.PREFIX
    retention_s = wire.RETENTION_S

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """The part of the API that a gateway needs."""
        return [
            Route("/models/{owner}/{name}/predictions", self._create_by_model, methods=["POST"]),
            Route("/predictions", self._create_by_version, methods=["POST"]),
            Route("/predictions", self._list, methods=["GET"]),
            Route("/predictions/{id}", self._get, methods=["GET"]),
            Route("/predictions/{id}/cancel", self._cancel, methods=["POST"]),
            Route("/webhooks/default/secret", self._secret, methods=["GET"]),
        ]

    def notice(self, job: Job, event: Event) -> Notice | None:
        """The prediction, signed as Standard Webhooks does. Only ``completed`` is sent again on failure."""
        if job.callback_url is None or event not in job.callback_events:
            return None
        view = wire.prediction(job, self._world.clock.now())
        if event is Event.OUTPUT:
            view["output"] = wire.output(job)
        message_id = f"msg_{secrets.token_hex(12)}"
        key = self._world.identity.replicate_key()

        def sign(timestamp: int, body: bytes) -> Mapping[str, str]:
            digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
            return {
                "content-type": "application/json",
                "webhook-id": message_id,
                "webhook-timestamp": str(timestamp),
                "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
            }

        async def body() -> bytes:
            return json.dumps(view).encode()

        return Notice(job.callback_url, body, sign, retried=event is Event.COMPLETED)

    async def _create_by_model(self, request: Request) -> Response:
        if refusal := self._refuse(request):
            return refusal
        model_id = f"{request.path_params['owner']}/{request.path_params['name']}"
        return await self._create(request, await _body(request), model_id, versioned=False)

    async def _create_by_version(self, request: Request) -> Response:
        if refusal := self._refuse(request):
            return refusal
        body = await _body(request)
        version = str((body or {}).get("version", ""))
        model_id = wire.model_of(version, self._world.catalog.ids(self.name))
        return await self._create(request, body, model_id, versioned=True)

    async def _create(
        self, request: Request, body: dict[str, Any] | None, model_id: str | None, *, versioned: bool
    ) -> Response:
        if body is None:
            return problems.problem(400, "The request body is not a JSON object.")
        given = body["input"] if isinstance(body.get("input"), dict) else {}
        faults = open_submit(self._world, request, self.name, model_id or "", given)
        if refusal := _scripted(faults):
            return refusal
        if errors := wire.request_errors(body, versioned=versioned):
            return problems.invalid_fields(errors)
        model = self._world.catalog.find(self.name, model_id or "")
        if model is None:
            return problems.invalid_version() if versioned else problems.problem(404)
        try:
            values = model.read(given)
        except InvalidInput as error:
            return problems.invalid_fields(problems.from_schema(error.errors))
        job = self._job(request, body, model, values, faults)
        return await answer_submit(self._world, request, job, lambda: self._created(request, job))

    def _job(
        self,
        request: Request,
        body: Mapping[str, Any],
        model: Model,
        values: Mapping[str, Any],
        faults: Faults,
    ) -> Job:
        limit_s = wire.seconds(request.headers.get("cancel-after"))
        return Job(
            id=base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower(),
            provider=self.name,
            model=model,
            given=body["input"],
            values=values,
            origin=self._world.origin(request),
            faults=faults,
            doom=doom(faults),
            callback_url=body.get("webhook"),
            callback_events=frozenset(body.get("webhook_events_filter") or _DEFAULT_EVENTS),
            deadline=self._world.clock.now() + limit_s,
        )

    async def _created(self, request: Request, job: Job) -> Response:
        """The prediction as it is now or, with ``Prefer: wait``, once it is final or the wait is over."""
        if wanted := _WAIT.fullmatch(request.headers.get("prefer", "")):
            wait_s = min(int(wanted[1] or _LONGEST_WAIT_S), _LONGEST_WAIT_S)
            await self._world.clock.reach(self._world.clock.now() + wait_s, job.done)
        return JSONResponse(self._view(job), 201)

    async def _get(self, request: Request) -> Response:
        received(request.scope).kind = "poll"
        if refusal := self._refuse(request):
            return refusal
        job = self._find(request)
        if job is None:
            return problems.problem(404)
        match job.poll_fault():
            case "poll_error":
                return problems.problem(500)
            case "poll_malformed":
                return garbage()
        return JSONResponse(self._view(job))

    async def _list(self, request: Request) -> Response:
        received(request.scope).kind = "list"
        if refusal := self._refuse(request):
            return refusal
        jobs = [job for job in self._world.engine.jobs.values() if job.provider == self.name]
        url = f"{self._world.origin(request)}{self.prefix}/predictions"
        try:
            return JSONResponse(wire.page(jobs, request.query_params, self._world.clock.now(), url))
        except ValueError:
            return problems.problem(400, "A query parameter cannot be read.")

    async def _cancel(self, request: Request) -> Response:
        received(request.scope).kind = "cancel"
        if refusal := self._refuse(request):
            return refusal
        job = self._find(request)
        if job is None:
            return problems.problem(404)
        self._world.engine.cancel(job)
        return JSONResponse(self._view(job))

    async def _secret(self, request: Request) -> Response:
        return self._refuse(request) or JSONResponse({"key": self._world.identity.replicate_secret})

    def _refuse(self, request: Request) -> Response | None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme not in {"Bearer", "Token"} or not key.strip():
            return problems.problem(401, "You did not pass an authentication token")
        return problems.problem(401) if key.strip() in self._world.settings.bad_keys else None

    def _find(self, request: Request) -> Job | None:
        job = self._world.job(self.name, request.path_params["id"])
        if job:
            received(request.scope).job_id = job.id
        return job

    def _view(self, job: Job) -> dict[str, Any]:
        return wire.prediction(job, self._world.clock.now())


async def _body(request: Request) -> dict[str, Any] | None:
    try:
        body = json.loads(await request.body())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _scripted(faults: Faults) -> Response | None:
    """The refusal that a fault asks for."""
    if "hang" in faults:
        return Dropped(wait=True)
    if "billing" in faults:
        return problems.problem(402)
    if "error" in faults:
        return problems.problem(422, wire.failed_with(faults.code("error")))
    status = faults.status()
    if status == 429:  # noqa: PLR2004
        return problems.throttled(faults.arguments["429"])
    return problems.problem(status) if status else None
