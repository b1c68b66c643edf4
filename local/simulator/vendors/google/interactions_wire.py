"""The Interactions API's bodies: requests read into flat inputs, and an interaction as it is shown."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from local.simulator.catalog import Model
from local.simulator.clock import iso
from local.simulator.inline import inline_texts
from local.simulator.jobs import Doom, Job, State
from local.simulator.media.studio import Studio
from local.simulator.vendors.google.wire import download_url

_TOP: Final = frozenset(
    {"model", "input", "response_format", "generation_config", "background", "store", "labels"}
) | {"webhook_config"}
_FORMAT: Final = frozenset({"type", "aspect_ratio", "resolution", "duration", "delivery"})
_TASKS: Final = {"text_to_video": 0, "image_to_video": 1}  # how many pictures
_STATUSES: Final[Mapping[State, str]] = {
    State.QUEUED: "queued",
    State.RUNNING: "in_progress",
    State.SUCCEEDED: "completed",
    State.FAILED: "failed",
    State.CANCELED: "cancelled",
    State.ABORTED: "incomplete",
}
_KINDS: Final = {Doom.MODERATION: "safety", Doom.INFRASTRUCTURE: "unavailable"}
_ERRORS: Final = "https://ai.google.dev/api/errors/"
_REFUSAL: Final = "We blocked the video because it may violate our usage policy. Support code: 58061214"


class WrongRequest(Exception):
    """The API refuses the body; the message says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a video, read."""

    model: str
    given: Mapping[str, Any]
    callback_url: str | None
    metadata: Mapping[str, Any]


def serves(model: Model) -> bool:
    """Whether the model is run by this API."""
    return "task" in model.inputs


def read(body: Mapping[str, Any]) -> Asked:
    """Read a request.

    Raises:
        WrongRequest: a field is unknown, missing or wrong in itself. What the model takes is checked later.
    """
    _only(body, _TOP)
    shape = _object(body, "response_format")
    _only(shape, _FORMAT)
    if shape.get("type") != "video":
        raise WrongRequest("'response_format.type' must be 'video' here.")
    if body.get("background") is not True or body.get("store") is False:
        raise WrongRequest("A video is made in the background, and stored.")
    prompt, pictures = _input(body.get("input"))
    task = _task(body, len(pictures))
    given = {"prompt": prompt, "task": task, **{key: shape[key] for key in shape if key != "type"}}
    hook = _object(body, "webhook_config")
    _only(hook, frozenset({"uris", "user_metadata"}))
    return Asked(
        model=str(body.get("model") or ""),
        given={**given, **({"image": pictures[0]} if pictures else {})},
        callback_url=_callback_url(hook),
        metadata=_object(hook, "user_metadata"),
    )


def _only(given: Mapping[str, Any], known: frozenset[str]) -> None:
    if extra := given.keys() - known:
        raise WrongRequest(f"Unknown parameter '{min(extra)}'.")


def _object(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = given.get(name, {})
    if not isinstance(value, dict):
        raise WrongRequest(f"'{name}' must be an object.")
    return value


def _input(given: Any) -> tuple[str, list[str]]:
    """The prompt, and the pictures as what they claim to be."""
    prompt, pictures = "", []
    for part in _parts(given):
        match part:
            case {"type": "text", "text": str(text)}:
                prompt += text
            case {"type": "image", "data": str(data), "mime_type": str(kind)} if _is_picture(data, kind):
                pictures.append(f"data:{kind}")
            case {"type": "image", "uri": str(uri), "mime_type": str(kind)} if kind.startswith("image/"):
                pictures.append(uri)
            case _:
                raise WrongRequest("'input' must be a text, or a list of texts and images.")
    return prompt, pictures


def _parts(given: Any) -> Iterator[Any]:
    """A text, its parts, or the caller's steps with their parts, as Google's own client sends them."""
    for part in given if isinstance(given, list) else [given]:
        match part:
            case str(text):
                yield {"type": "text", "text": text}
            case {"type": "user_input", "content": content}:
                yield from _parts(content)
            case _:
                yield part


def _is_picture(data: str, kind: str) -> bool:
    try:
        return bool(base64.b64decode(data, validate=True)) and kind.startswith("image/")
    except (binascii.Error, ValueError):
        return False


def _task(body: Mapping[str, Any], pictures: int) -> str:
    config = _object(body, "generation_config")
    _only(config, frozenset({"video_config"}))
    video = _object(config, "video_config")
    _only(video, frozenset({"task"}))
    task = video.get("task", "image_to_video" if pictures else "text_to_video")
    if _TASKS.get(task) != pictures:
        raise WrongRequest(f"The task {task} does not go with {pictures} images here.")
    return str(task)


def _callback_url(hook: Mapping[str, Any]) -> str | None:
    uris = hook.get("uris", [])
    if not isinstance(uris, list) or not all(
        isinstance(uri, str) and uri.startswith(("https://", "http://127.0.0.1:")) for uri in uris
    ):
        raise WrongRequest("'webhook_config.uris' must be https addresses.")
    return uris[0] if uris else None


def status(job: Job) -> str:
    """Where the interaction stands."""
    if "unknown_status" in job.faults and not job.done.is_set():
        return "warming_up"
    return "completed" if _is_refusal(job) else _STATUSES[job.state]


def _is_refusal(job: Job) -> bool:
    """Google's own mark on an output: a text instead of the video."""
    return job.doom is Doom.NSFW and job.state is State.FAILED


async def interaction(job: Job, studio: Studio) -> dict[str, Any]:
    """The interaction as it is read."""
    view: dict[str, Any] = {
        "id": job.id,
        "object": "interaction",
        "model": job.model.id,
        "status": status(job),
        "created": iso(job.created_at),
        "updated": iso(job.completed_at or job.started_at or job.created_at),
    }
    if view["status"] == "completed":
        usage = {"total_input_tokens": 12, "total_output_tokens": 46_336, "total_tokens": 46_348}
        return {**view, "steps": await _steps(job, studio), "usage": usage}
    if view["status"] == "failed":
        return {**view, "errors": [_error(job)]}
    return view


async def _steps(job: Job, studio: Studio) -> list[dict[str, Any]]:
    said = {"type": "user_input", "content": [{"type": "text", "text": job.prompt}]}
    content: dict[str, Any] = {"type": "text", "text": _REFUSAL}
    if job.state is State.SUCCEEDED:
        content = {"type": "video", "mime_type": "video/mp4"}
        if job.values["delivery"] == "uri":
            content["uri"] = download_url(job)
        else:
            (content["data"],) = await inline_texts(job, studio)
    return [said, {"type": "model_output", "content": [content]}]


def _error(job: Job) -> dict[str, str]:
    kind = job.faults.code("failed_with") or _KINDS.get(job.doom or Doom.MODEL, "internal")
    message = _REFUSAL if kind == "safety" else "Failed to generate the video."
    return {"code": f"{_ERRORS}{kind.lower()}", "message": message}


def event_data(job: Job) -> dict[str, Any]:
    """What a callback tells: the id, and the error if there is one."""
    if status(job) != "failed":
        return {"id": job.id}
    error = _error(job)
    return {"id": job.id, "error_code": error["code"], "error_message": error["message"]}
