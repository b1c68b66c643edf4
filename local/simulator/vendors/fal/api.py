"""fal's routes and callbacks."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import uuid
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.simulator.catalog import InvalidInput, Model
from local.simulator.faults import Faults
from local.simulator.jobs import Doom, Event, Job, State
from local.simulator.journal import received
from local.simulator.responses import Dropped
from local.simulator.submission import answer_submit, doom, garbage, open_submit
from local.simulator.vendors.fal import problems, wire
from local.simulator.vendors.protocol import Notice
from local.simulator.world import World


class Fal:
    """queue.fal.run, and the JWKS of rest.fal.ai."""

    name = "fal"
    prefix = wire.PREFIX
    retention_s = wire.RETENTION_S

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """The queue API."""
        one = "/{app:path}/requests/{id}"
        return [
            Route("/.well-known/jwks.json", self._jwks, methods=["GET"]),
            Route(f"{one}/status", self._status, methods=["GET"]),
            Route(f"{one}/cancel", self._cancel, methods=["PUT"]),
            Route(f"{one}/response", self._result, methods=["GET"]),
            Route(one, self._result, methods=["GET"]),
            Route("/{endpoint:path}", self._submit, methods=["POST"]),
        ]

    def notice(self, job: Job, event: Event) -> Notice | None:
        """The outcome, signed with Ed25519. A request that was taken out of the queue calls nobody."""
        removed = job.state is State.CANCELED and job.started_at is None
        if job.callback_url is None or event is not Event.COMPLETED or removed:
            return None
        identity = self._world.identity

        def sign(timestamp: int, body: bytes) -> Mapping[str, str]:
            digest = hashlib.sha256(body).hexdigest()
            message = f"{job.id}\n{identity.fal_user_id}\n{timestamp}\n{digest}".encode()
            return {
                "content-type": "application/json",
                "x-fal-webhook-request-id": job.id,
                "x-fal-webhook-user-id": identity.fal_user_id,
                "x-fal-webhook-timestamp": str(timestamp),
                "x-fal-webhook-signature": identity.fal_key().sign(message).hex(),
            }

        async def body() -> bytes:
            ended = problems.outcome(job)
            output = None if ended else await wire.result(job, self._world.studio)
            return json.dumps(wire.payload(job, output, ended)).encode()

        return Notice(job.callback_url, body, sign)

    async def _submit(self, request: Request) -> Response:
        if refusal := self._refuse(request):
            return refusal
        endpoint = request.path_params["endpoint"]
        try:
            given = json.loads(await request.body())
        except ValueError:
            given = None
        if not isinstance(given, dict):
            return problems.problem(422)
        faults = open_submit(self._world, request, self.name, endpoint, given)
        if refusal := _scripted(faults):
            return refusal
        model = self._world.catalog.find(self.name, endpoint)
        if model is None:
            return problems.problem(404, f'Application "{endpoint}" not found')
        job = self._job(request, model, given, faults)
        return await answer_submit(self._world, request, job, lambda: self._submitted(job))

    def _job(self, request: Request, model: Model, given: Mapping[str, Any], faults: Faults) -> Job:
        """The queue takes any input; the model refuses a wrong one only when it runs."""
        job = Job(
            id=str(uuid.uuid4()),
            provider=self.name,
            model=model,
            given=given,
            values=given,
            origin=self._world.origin(request),
            faults=faults,
            doom=doom(faults),
            callback_url=request.query_params.get("fal_webhook"),
            start_by=self._world.clock.now() + _timeout(request.headers.get("x-fal-request-timeout")),
        )
        if job.doom is Doom.NSFW and "has_nsfw_concepts" in model.answer:
            job.doom = None  # these models answer a black picture and a flag
        try:
            job.values = model.read(given)
        except InvalidInput as error:
            job.doom, job.errors = Doom.INVALID_INPUT, error.errors
        return job

    async def _submitted(self, job: Job) -> Response:
        return self._answer(job, wire.submitted(job, self._world.engine.queue_position(job)))

    async def _status(self, request: Request) -> Response:
        received(request.scope).kind = "poll"
        if refusal := self._refuse(request):
            return refusal
        job = self._find(request)
        if job is None:
            return problems.problem(404, "Request not found")
        match job.poll_fault():
            case "poll_error":
                return problems.problem(500)
            case "poll_malformed":
                return garbage()
        logs = request.query_params.get("logs", "0").lower() in {"1", "true"}
        ended = problems.outcome(job)
        view = wire.status(job, self._world.engine.queue_position(job), ended, logs=logs)
        return self._answer(job, view, 200 if job.done.is_set() else 202)

    async def _result(self, request: Request) -> Response:
        received(request.scope).kind = "result"
        if refusal := self._refuse(request):
            return refusal
        job = self._find(request)
        if job is None:
            return problems.problem(404, "Request not found")
        if not job.done.is_set():
            return self._answer(job, {"detail": "Request is still in progress"}, 400)
        if ended := problems.outcome(job):
            return self._answer(job, ended.body, ended.status, ended.headers)
        return self._answer(job, await wire.result(job, self._world.studio))

    async def _cancel(self, request: Request) -> Response:
        received(request.scope).kind = "cancel"
        if refusal := self._refuse(request):
            return refusal
        job = self._find(request)
        if job is None:
            return JSONResponse({"status": "NOT_FOUND"}, 404)
        queued = job.state is State.QUEUED
        if not self._world.engine.cancel(job):
            return self._answer(job, {"status": "ALREADY_COMPLETED"}, 400)
        if queued:
            return self._answer(job, {"status": "OK"})
        return self._answer(job, {"status": "CANCELLATION_REQUESTED"}, 202)

    async def _jwks(self, _request: Request) -> Response:
        public = self._world.identity.fal_key().public_key().public_bytes_raw()
        x = base64.urlsafe_b64encode(public).rstrip(b"=").decode()
        return JSONResponse({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x}]})

    def _refuse(self, request: Request) -> Response | None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Key" or not key.strip():
            return problems.problem(401, "Authentication is required to access this application")
        return problems.problem(401) if key.strip() in self._world.settings.bad_keys else None

    def _find(self, request: Request) -> Job | None:
        job = self._world.job(self.name, request.path_params["id"])
        if job is None or wire.app_of(job.model.id) != request.path_params["app"]:
            return None
        received(request.scope).job_id = job.id
        return job

    @staticmethod
    def _answer(
        job: Job, body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Response:
        return JSONResponse(body, status, {"x-fal-request-id": job.id, **(headers or {})})


def _timeout(header: str | None) -> float:
    try:
        return float(header) if header else math.inf
    except ValueError:
        return math.inf


def _scripted(faults: Faults) -> Response | None:
    """The refusal that a fault asks for."""
    if "hang" in faults:
        return Dropped(wait=True)
    if "billing" in faults:
        return problems.problem(403)
    if "error" in faults:
        refused = problems.coded(faults.code("error"))
        return JSONResponse(refused.body, refused.status, dict(refused.headers))
    status = faults.status()
    return problems.problem(status, retry_after_s=faults.arguments.get(str(status))) if status else None
