"""ModelArk's bodies: the answer with images, the task of a video, and their requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from local.simulator.inline import inline_texts
from local.simulator.jobs import Doom, Job, State
from local.simulator.media.studio import Studio
from local.simulator.vendors.byteplus.problems import blocked_image, end_of

PREFIX: Final = "/byteplus/api/v3"
RETENTION_S: Final = 24 * 3600.0
_FRAMES_PER_SECOND: Final = 24
_ROLES: Final = {
    "first_frame": "first_frame",
    "last_frame": "last_frame",
    "reference_image": "reference_images",
}
_WORDS: Final = {
    State.QUEUED: "queued",
    State.RUNNING: "running",
    State.SUCCEEDED: "succeeded",
    State.FAILED: "failed",
    State.CANCELED: "cancelled",
    State.ABORTED: "expired",
}


class WrongContent(Exception):
    """The request's ``content`` cannot be read; the message says where."""


def video_input(body: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a task, with the content's parts beside them under the names of their roles.

    Raises:
        WrongContent: a part is of no known type or role.
    """
    given = {name: value for name, value in body.items() if name not in {"model", "content", "callback_url"}}
    content = body.get("content")
    if not isinstance(content, list) or not content:
        raise WrongContent("content")
    for part in content:
        name, value = _part(part if isinstance(part, dict) else {})
        if name == "reference_images":
            given.setdefault(name, []).append(value)
        elif name in given:
            raise WrongContent("content.role")
        else:
            given[name] = value
    return given


def _part(part: Mapping[str, Any]) -> tuple[str, object]:
    match part:
        case {"type": "text", "text": str(text)}:
            return "prompt", text
        case {"type": "image_url", "image_url": {"url": str(url)}}:
            role = part.get("role") or "first_frame"
            if role in _ROLES:
                return _ROLES[role], url
    raise WrongContent("content")


async def images(job: Job, studio: Studio, now: float) -> dict[str, Any]:
    """The answer of an image request: a batch may be partly failed."""
    inline = job.values.get("response_format") == "b64_json"
    files = await inline_texts(job, studio) if inline else job.file_urls()
    field = "b64_json" if inline else "url"
    entries: list[dict[str, Any]] = [
        {field: file, "size": f"{scene.width}x{scene.height}"}
        for file, scene in zip(files, job.scenes(), strict=True)
    ]
    if job.doom is Doom.NSFW:
        entries = [{"error": blocked_image()} for _ in entries]
    if "partial" in job.faults:
        entries.append({"error": blocked_image()})
    made = sum("error" not in entry for entry in entries)
    tokens = made * 4096 * 4
    usage = {"generated_images": made, "output_tokens": tokens, "total_tokens": tokens}
    return {"model": job.model.id, "created": int(now), "data": entries, "usage": usage}


def task(job: Job) -> dict[str, Any]:
    """The task as GET and the list show it."""
    values = job.values
    view: dict[str, Any] = {
        "id": job.id,
        "model": job.model.id,
        "status": _status(job),
        "created_at": int(job.created_at),
        "updated_at": int(job.completed_at or job.started_at or job.created_at),
        "seed": job.seed,
        "service_tier": values.get("service_tier") or "default",
        "execution_expires_after": values.get("execution_expires_after") or 172_800,
        "duration": values.get("duration"),
        "resolution": values.get("resolution"),
        "ratio": values.get("ratio"),
        "framespersecond": _FRAMES_PER_SECOND,
    }
    if "generate_audio" in job.model.inputs:
        view["generate_audio"] = values.get("generate_audio")
    if job.state is State.SUCCEEDED:
        tokens = int(values.get("duration") or 5) * 20_000
        view["content"] = {"video_url": job.file_urls()[0]}
        view["usage"] = {"completion_tokens": tokens, "total_tokens": tokens}
    if job.state is State.FAILED:
        view["error"] = end_of(job)
    return view


def _status(job: Job) -> str:
    if "unknown_status" in job.faults and not job.done.is_set():
        return "warming_up"
    return _WORDS[job.state]


def page(jobs: list[Job], query: Mapping[str, str], task_ids: list[str]) -> dict[str, Any]:
    """One page of the list, newest first.

    Raises:
        ValueError: a number cannot be read.
    """
    number, size = int(query.get("page_num", "1")), int(query.get("page_size", "10"))
    if not (0 < number <= 500 and 0 < size <= 500):  # noqa: PLR2004
        raise ValueError("page_num")
    found = [
        task(job)
        for job in reversed(jobs)
        if query.get("filter.model", job.model.id) == job.model.id and (not task_ids or job.id in task_ids)
    ]
    wanted = query.get("filter.status")
    found = [view for view in found if wanted in {None, view["status"]}]
    return {"total": len(found), "items": found[(number - 1) * size : number * size]}
