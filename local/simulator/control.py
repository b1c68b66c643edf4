"""The control API, under /control: script faults, look at what happened, steer jobs, settings and time."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from itertools import islice
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from local.simulator.faults import CODES, KINDS, Scripted
from local.simulator.journal import views
from local.simulator.settings import Settings
from local.simulator.world import PROVIDERS, World

Handler = Callable[[Request], Awaitable[Response]]


class ScriptedFault(BaseModel):
    """The body of POST /control/faults."""

    model_config = ConfigDict(extra="forbid")

    fault: str
    provider: str | None = None
    model: str | None = None
    argument: float | None = None
    code: str | None = None
    count: Annotated[int, Field(ge=1)] = 1


class Skip(BaseModel):
    """The body of POST /control/clock/advance."""

    model_config = ConfigDict(extra="forbid")

    seconds: Annotated[float, Field(ge=0)]


class Control:
    """Everything here is for tests and people, never for the gateway."""

    def __init__(self, world: World, on_reset: Callable[[], None]) -> None:
        self._world = world
        self._on_reset = on_reset

    def routes(self) -> list[BaseRoute]:
        """The routes, relative to /control."""
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/faults", self._faults),
            ("POST", "/faults", self._script),
            ("DELETE", "/faults", self._unscript),
            ("GET", "/requests", self._requests),
            ("GET", "/callbacks", self._callbacks),
            ("GET", "/jobs", self._jobs),
            ("POST", "/jobs/{id}/complete", self._complete),
            ("GET", "/settings", self._settings),
            ("PUT", "/settings", self._change),
            ("POST", "/clock/advance", self._advance),
            ("POST", "/reset", self._reset),
        ]
        return [Route(path, _checked(handler), methods=[method]) for method, path, handler in table]

    async def _faults(self, _request: Request) -> Response:
        queue = [asdict(scripted) for scripted in self._world.faults.queue]
        kinds = [asdict(kind) | {"takes_code": kind.name in CODES} for kind in KINDS.values()]
        return JSONResponse({"queue": queue, "kinds": kinds, "providers": PROVIDERS})

    async def _script(self, request: Request) -> Response:
        asked = ScriptedFault.model_validate_json(await request.body())
        if asked.fault not in KINDS:
            return _error(f"unknown fault {asked.fault!r}; one of {', '.join(KINDS)}")
        if asked.provider not in {None, *PROVIDERS}:
            return _error(
                f"unknown provider {asked.provider!r}; one of {', '.join(PROVIDERS)}, or none for all"
            )
        scripted = Scripted(**asked.model_dump())
        self._world.faults.queue.append(scripted)
        return JSONResponse(asdict(scripted), 201)

    async def _unscript(self, _request: Request) -> Response:
        self._world.faults.clear()
        return Response(status_code=204)

    async def _requests(self, request: Request) -> Response:
        query = request.query_params
        shown = self._world.journal.requests(_limit(request), query.get("provider"), query.get("kind"))
        return JSONResponse({"counts": self._world.journal.counts(), "requests": shown})

    async def _callbacks(self, request: Request) -> Response:
        return JSONResponse({"callbacks": views(self._world.journal.callbacks, _limit(request))})

    async def _jobs(self, request: Request) -> Response:
        jobs = islice(reversed(self._world.engine.jobs.values()), _limit(request))
        return JSONResponse({"jobs": [job.view() for job in jobs]})

    async def _complete(self, request: Request) -> Response:
        """End every wait of the job, and answer once it is final."""
        job = self._world.engine.jobs.get(request.path_params["id"])
        if job is None:
            return _error("no such job", 404)
        job.hurry.set()
        await job.done.wait()
        return JSONResponse(job.view())

    async def _settings(self, _request: Request) -> Response:
        return JSONResponse(self._world.settings.model_dump())

    async def _change(self, request: Request) -> Response:
        """Change the settings that the body names; the others stay."""
        changes: dict[str, Any] = json.loads(await request.body())
        self._world.settings = Settings.model_validate({**self._world.settings.model_dump(), **changes})
        return await self._settings(request)

    async def _advance(self, request: Request) -> Response:
        self._world.clock.advance(Skip.model_validate_json(await request.body()).seconds)
        return JSONResponse({"now": self._world.clock.now()})

    async def _reset(self, _request: Request) -> Response:
        self._on_reset()
        self._world.reset()
        return Response(status_code=204)


def _limit(request: Request) -> int:
    return max(0, int(request.query_params.get("limit", "100")))


def _checked(handler: Handler) -> Handler:
    """Answer a body or a parameter that cannot be read with 422 and the reason."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except ValidationError as error:
            return _error("; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()))
        except (ValueError, TypeError) as error:
            return _error(str(error))

    return answer


def _error(message: str, status: int = 422) -> Response:
    return JSONResponse({"error": message}, status)
