"""OpenAI's routes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.simulator.catalog import InvalidInput
from local.simulator.faults import Faults
from local.simulator.inline import inline_texts
from local.simulator.jobs import Event, Job, State
from local.simulator.submission import answer_when_done, doom, json_object, key_of, open_submit, scripted
from local.simulator.vendors.openai import problems
from local.simulator.vendors.openai.form import read_form
from local.simulator.vendors.protocol import Notice
from local.simulator.world import World

_SIGNATURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF")
_MAX_PICTURES: Final = 16
_ECHOED: Final = ("background", "output_format", "quality", "size")


class OpenAI:
    """api.openai.com/v1, as far as it makes pictures. Video has been shut down."""

    name = "openai"
    prefix = "/openai/v1"
    retention_s = 0.0  # nothing is kept

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """Making and editing pictures; the models, as far as a key's test needs them."""
        return [
            Route("/images/generations", self._generate, methods=["POST"]),
            Route("/images/edits", self._edit, methods=["POST"]),
            Route("/models", self._models, methods=["GET"]),
        ]

    def notice(self, job: Job, event: Event) -> Notice | None:  # noqa: ARG002  the protocol's shape
        """None: everything is in the answer."""
        return None

    async def _generate(self, request: Request) -> Response:
        given = await json_object(request)
        if given is not None and "image" in given:
            return problems.unknown("image")
        return await self._make(request, given)

    async def _edit(self, request: Request) -> Response:
        given = await read_form(request)
        if given is not None and (refusal := _wrong_pictures(given.get("image"))):
            return refusal
        return await self._make(request, given)

    async def _make(self, request: Request, given: dict[str, Any] | None) -> Response:
        if not key_of(request, self._world):
            return problems.problem("invalid_api_key")
        if given is None:
            return problems.problem("invalid_body", "We could not parse the body of your request.")
        model_id = str(given.pop("model", ""))
        shown = {name: value for name, value in given.items() if name != "image"}
        faults = open_submit(self._world, request, self.name, model_id, shown)
        if refusal := scripted(faults, problems.refusal):
            return refusal
        job = self._job(request, model_id, given, faults)
        if isinstance(job, Response):
            return job
        return await answer_when_done(self._world, request, job, lambda: self._made(job), inline=True)

    def _job(
        self, request: Request, model_id: str, given: Mapping[str, Any], faults: Faults
    ) -> Job | Response:
        model = self._world.catalog.find(self.name, model_id)
        if model is None:
            return problems.problem("model_not_found", f"The model '{model_id}' does not exist", "model")
        if extra := model.ignored(given):
            return problems.unknown(extra[0])
        try:
            values = model.read(given)
        except InvalidInput as error:
            return problems.invalid(error.errors)
        return Job(
            id=f"req_{uuid.uuid4().hex}",
            provider=self.name,
            model=model,
            given={name: value for name, value in given.items() if name != "image"},
            values=values,
            origin=self._world.origin(request),
            faults=faults,
            doom=doom(faults),
        )

    async def _made(self, job: Job) -> Response:
        headers = {"x-request-id": job.id}
        if job.state is not State.SUCCEEDED:
            return problems.end_of(job)
        pictures = await inline_texts(job, self._world.studio)
        tokens = 1_000 * len(pictures)
        usage = {
            "input_tokens": 10,
            "input_tokens_details": {"image_tokens": 0, "text_tokens": 10},
            "output_tokens": tokens,
            "total_tokens": tokens + 10,
        }
        body = {
            "created": int(self._world.clock.now()),
            **{name: job.values[name] for name in _ECHOED},
            "data": [{"b64_json": picture} for picture in pictures],
            "usage": usage,
        }
        return JSONResponse(body, headers=headers)

    async def _models(self, request: Request) -> Response:
        if not key_of(request, self._world):
            return problems.problem("invalid_api_key")
        known = [
            {"id": model_id, "object": "model", "created": 0, "owned_by": "system"}
            for model_id in self._world.catalog.ids(self.name)
        ]
        return JSONResponse({"object": "list", "data": known})


def _wrong_pictures(pictures: object) -> Response | None:
    """The 400 of an edit whose pictures are missing, too many, or none."""
    if not isinstance(pictures, list) or not pictures:
        return problems.problem("missing_required_parameter", "Missing required parameter: 'image'.", "image")
    if len(pictures) > _MAX_PICTURES or not all(picture.startswith(_SIGNATURES) for picture in pictures):
        return problems.problem("invalid_image_file", "Invalid image file or mode for image.", "image")
    return None
