"""DashScope's bodies: the messages of an image, the task of a video, and their inputs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

from local.simulator.jobs import Job, State

PREFIX: Final = "/alibabacloud/api/v1"
RETENTION_S: Final = 24 * 3600.0
_BEIJING: Final = timezone(timedelta(hours=8))
_WORDS: Final = {
    State.QUEUED: "PENDING",
    State.RUNNING: "RUNNING",
    State.SUCCEEDED: "SUCCEEDED",
    State.FAILED: "FAILED",
    State.CANCELED: "CANCELED",
    State.ABORTED: "FAILED",
}


class WrongBody(Exception):
    """The body is not of the form that the path needs."""


def image_input(body: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of an image, with the message's text and pictures beside them.

    Raises:
        WrongBody: there is not exactly one message of a user with exactly one text.
    """
    match body.get("input"):
        case {"messages": [{"role": "user", "content": [*content]}]}:
            texts = [part["text"] for part in content if isinstance(part, dict) and "text" in part]
            images = [part["image"] for part in content if isinstance(part, dict) and "image" in part]
        case _:
            raise WrongBody
    if len(texts) != 1 or len(texts) + len(images) != len(content):
        raise WrongBody
    given = {"prompt": texts[0], **_parameters(body)}
    return {**given, "images": images} if images else given


def video_input(body: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a video and its input, with the media under their types.

    Raises:
        WrongBody: the input is no object, or a medium has no type and URL.
    """
    given = body.get("input")
    if not isinstance(given, dict):
        raise WrongBody
    flat = {name: value for name, value in given.items() if name != "media"}
    for medium in given.get("media") or []:
        if not isinstance(medium, dict) or not isinstance(medium.get("type"), str):
            raise WrongBody
        flat[medium["type"]] = medium.get("url")
    return {**flat, **_parameters(body)}


def _parameters(body: Mapping[str, Any]) -> Mapping[str, Any]:
    parameters = body.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise WrongBody
    return parameters


def made(job: Job) -> dict[str, Any]:
    """The answer with images."""
    choices = [
        {"finish_reason": "stop", "message": {"role": "assistant", "content": [{"image": url}]}}
        for url in job.file_urls()
    ]
    scenes = job.scenes()
    usage: dict[str, Any] = {"image_count": len(choices)}
    if scenes:
        usage |= {"width": scenes[0].width, "height": scenes[0].height}
    return {"request_id": str(uuid.uuid4()), "output": {"choices": choices}, "usage": usage}


def created(job: Job) -> dict[str, Any]:
    """The answer to the creation of a task."""
    return {"request_id": str(uuid.uuid4()), "output": {"task_id": job.id, "task_status": "PENDING"}}


def task(job: Job) -> dict[str, Any]:
    """The task as GET shows it."""
    output: dict[str, Any] = {
        "task_id": job.id,
        "task_status": _status(job),
        "submit_time": _time(job.created_at),
    }
    if job.started_at is not None:
        output["scheduled_time"] = _time(job.started_at)
    if job.completed_at is not None:
        output["end_time"] = _time(job.completed_at)
    view: dict[str, Any] = {"request_id": str(uuid.uuid4()), "output": output}
    if job.state is State.SUCCEEDED:
        output |= {"video_url": job.file_urls()[0], "orig_prompt": job.prompt}
        duration = int(job.model.duration(job.values) or 0)
        view["usage"] = {"duration": duration, "video_count": 1, "SR": job.values.get("resolution")}
    return view


def unknown(task_id: str) -> dict[str, Any]:
    """What is answered for a task that does not exist or is too old: a 200."""
    return {"request_id": str(uuid.uuid4()), "output": {"task_id": task_id, "task_status": "UNKNOWN"}}


def _status(job: Job) -> str:
    if "unknown_status" in job.faults and not job.done.is_set():
        return "SUSPENDED"
    return _WORDS[job.state]


def _time(epoch_s: float) -> str:
    moment = datetime.fromtimestamp(epoch_s, UTC).astimezone(_BEIJING)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}"
