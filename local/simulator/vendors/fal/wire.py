"""fal's submit answer, status, result and callback payload."""

from __future__ import annotations

import base64
from typing import Any

from local.simulator.clock import iso
from local.simulator.jobs import Job, State
from local.simulator.media.scene import Scene
from local.simulator.media.studio import Studio
from local.simulator.vendors.fal.problems import Outcome

PREFIX = "/fal"
RETENTION_S = 7 * 24 * 3600.0
_NAMESPACES = {"workflows", "comfy"}


def app_of(endpoint: str) -> str:
    """The part of an endpoint id that status, result and cancel use: owner and app, after any namespace."""
    parts = endpoint.split("/")
    return "/".join(parts[: 3 if parts[0] in _NAMESPACES else 2])


def urls(job: Job) -> dict[str, str]:
    """The three URLs of a request."""
    url = f"{job.origin}{PREFIX}/{app_of(job.model.id)}/requests/{job.id}"
    return {"response_url": url, "status_url": f"{url}/status", "cancel_url": f"{url}/cancel"}


def submitted(job: Job, position: int) -> dict[str, Any]:
    """The answer to a submit."""
    return {
        "status": "IN_QUEUE",
        "request_id": job.id,
        **urls(job),
        "queue_position": position,
        "gateway_request_id": job.id,
    }


def status(job: Job, position: int, ended: Outcome | None, *, logs: bool) -> dict[str, Any]:
    """The status. There is no FAILED: a run that failed is COMPLETED, and the result call tells."""
    view: dict[str, Any] = {"status": _word(job), "request_id": job.id, **urls(job)}
    if job.state is State.QUEUED:
        return {**view, "queue_position": position}
    view["logs"] = [_log(moment, line) for moment, line in job.logs] if logs else None
    if job.done.is_set():
        view["metrics"] = {"inference_time": job.run_s}
    if ended and ended.error_type:
        view |= {"error": ended.body["detail"], "error_type": ended.error_type}
    return view


async def result(job: Job, studio: Studio) -> dict[str, Any]:
    """The model's output object, with the fields that this model has."""
    scenes = job.scenes()
    files = [await _file(job, studio, scene, url) for scene, url in zip(scenes, job.file_urls(), strict=True)]
    fields: dict[str, Any] = {
        "images": files,
        "video": files[0] if files else None,
        "seed": job.seed,
        "prompt": job.prompt,
        "description": "",
        "timings": {"inference": job.run_s},
        "has_nsfw_concepts": [scene.blocked for scene in scenes],
    }
    return {name: fields[name] for name in job.model.answer}


def payload(job: Job, output: dict[str, Any] | None, ended: Outcome | None) -> dict[str, Any]:
    """The body of a callback."""
    known = {"request_id": job.id, "gateway_request_id": job.id}
    if ended is None:
        return {**known, "status": "OK", "payload": output}
    return {
        **known,
        "status": "ERROR",
        "error": f"Invalid status code: {ended.status}",
        "payload": ended.body,
    }


async def _file(job: Job, studio: Studio, scene: Scene, url: str) -> dict[str, Any]:
    data = await studio.file(scene)
    if job.values.get("sync_mode"):
        url = f"data:{scene.content_type};base64,{base64.b64encode(data).decode()}"
    view = {
        "url": url,
        "content_type": scene.content_type,
        "file_name": url.rpartition("/")[2] if url.startswith("http") else f"output.{scene.format}",
        "file_size": len(data),
    }
    return view if scene.duration_s else {**view, "width": scene.width, "height": scene.height}


def _word(job: Job) -> str:
    if "unknown_status" in job.faults and not job.done.is_set():
        return "IN_REVIEW"
    return {State.QUEUED: "IN_QUEUE", State.RUNNING: "IN_PROGRESS"}.get(job.state, "COMPLETED")


def _log(moment: float, line: str) -> dict[str, str]:
    return {"message": line, "level": "INFO", "source": "USER", "timestamp": iso(moment)}
