"""The produced files, under /files, with the faults that a file can have."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.simulator.jobs import Job, State
from local.simulator.media.scene import Scene
from local.simulator.responses import Truncated, endless
from local.simulator.world import World

_GONE = b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'
PAGE = (
    b"<!doctype html><html><head><title>Oops</title></head><body><h1>Something went wrong</h1></body></html>"
)


class Files:
    """Serves what succeeded jobs made, as long as their vendor keeps it. As at the vendors, without a key."""

    def __init__(self, world: World, retention_s: dict[str, float]) -> None:
        self._world = world
        self._retention_s = retention_s

    def route(self) -> Route:
        """The route; HEAD is answered too."""
        return Route("/files/{job}/{file}", self._get, methods=["GET"])

    async def _get(self, request: Request) -> Response:
        job = self._world.engine.jobs.get(request.path_params["job"])
        scene = self._scene(job, request.path_params["file"]) if job else None
        if job is None or scene is None:
            return Response(_GONE, 404, media_type="application/xml")
        if "expired_output" in job.faults:
            return Response(_GONE, int(job.faults.number("expired_output")), media_type="application/xml")
        if "html_output" in job.faults:
            return Response(PAGE, headers={"content-type": scene.content_type})
        return self._file(job, scene, await self._world.studio.file(scene))

    def _file(self, job: Job, scene: Scene, data: bytes) -> Response:
        if "oversized_output" in job.faults:
            return endless(data, scene.content_type)
        if "truncated_output" in job.faults:
            return Truncated(data, media_type=scene.content_type)
        if "corrupt_output" in job.faults:
            data = data[: len(data) // 2]
        return Response(data, media_type=scene.content_type)

    def _scene(self, job: Job, name: str) -> Scene | None:
        """The scene behind a file name such as "0.png"."""
        if job.state is not State.SUCCEEDED or job.completed_at is None:
            return None
        if self._world.clock.now() > job.completed_at + self._retention_s[job.provider]:
            return None
        index, _, extension = name.partition(".")
        scenes = job.scenes()
        if not index.isdigit() or int(index) >= len(scenes) or scenes[int(index)].format != extension:
            return None
        return scenes[int(index)]
