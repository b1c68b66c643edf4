"""The Gemini API's bodies: requests read into flat inputs, answers with parts, operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from local.simulator.inline import inline_texts
from local.simulator.jobs import Doom, Job, State
from local.simulator.media.studio import Studio

ROOT: Final = "/google"
PREFIX: Final = f"{ROOT}/v1beta"
_CONFIG: Final = frozenset({"responseModalities", "imageConfig", "seed", "candidateCount", "temperature"})
_REASONS: Final = {Doom.NSFW: "IMAGE_SAFETY", Doom.MODEL: "IMAGE_OTHER", Doom.INFRASTRUCTURE: "NO_IMAGE"}
_FILTERED: Final = "We blocked the video because it may violate our usage policy. Support code: 58061214"


class WrongField(Exception):
    """A field that the API does not have; the message names it."""


def picture_input(body: Mapping[str, Any]) -> dict[str, Any]:
    """The input of a ``generateContent`` request, flat.

    Raises:
        WrongField: a part or a setting that does not exist.
    """
    if extra := body.keys() - {"contents", "generationConfig", "safetySettings"}:
        raise WrongField(min(extra))
    given: dict[str, Any] = {}
    for content in body.get("contents") or []:
        for part in content.get("parts") or []:
            _read_part(part, given)
    config = body.get("generationConfig") or {}
    if extra := config.keys() - _CONFIG:
        raise WrongField(min(extra))
    given |= config.get("imageConfig") or {}
    return given | ({"seed": config["seed"]} if "seed" in config else {})


def _read_part(part: Mapping[str, Any], given: dict[str, Any]) -> None:
    match part:
        case {"text": str(text)}:
            given["prompt"] = f"{given.get('prompt', '')}{text}"
        case {"inlineData": {"mimeType": str(), "data": str(data)}}:
            given.setdefault("images", []).append(f"{len(data)} characters of base64")
        case _:
            raise WrongField(next(iter(part), "parts"))


def video_input(body: Mapping[str, Any]) -> dict[str, Any]:
    """The input of a ``predictLongRunning`` request, flat.

    Raises:
        WrongField: a field that does not exist.
    """
    if extra := body.keys() - {"instances", "parameters", "webhookConfig"}:
        raise WrongField(min(extra))
    (instance,) = body.get("instances") or [{}]
    if extra := instance.keys() - {"prompt", "image", "lastFrame"}:
        raise WrongField(min(extra))
    for name in ("image", "lastFrame"):
        if name in instance and instance[name].keys() != {"bytesBase64Encoded", "mimeType"}:
            raise WrongField(name)
    frames = {
        name: f"data:{instance[name]['mimeType']}" for name in ("image", "lastFrame") if name in instance
    }
    return {**instance, **frames, **(body.get("parameters") or {})}


async def content(job: Job, studio: Studio) -> dict[str, Any]:
    """The answer with a picture, or with the reason why there is none."""
    usage = {"promptTokenCount": 10, "candidatesTokenCount": 1290, "totalTokenCount": 1300}
    known = {"usageMetadata": usage, "modelVersion": job.model.id, "responseId": job.id}
    if job.doom is Doom.MODERATION:
        return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, **known}
    reason = "STOP"
    if job.state is State.FAILED:
        reason = job.faults.code("failed_with") or _REASONS[job.doom or Doom.MODEL]
    parts: list[dict[str, Any]] = [{"text": "Here is the picture."}]
    if reason == "STOP" and job.state is State.SUCCEEDED:
        for data in await inline_texts(job, studio):
            parts.append({"inlineData": {"mimeType": job.scenes()[0].content_type, "data": data}})  # noqa: PERF401
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": reason, "index": 0}
    return {"candidates": [candidate], **known}


def webhook(body: Mapping[str, Any]) -> tuple[str | None, Mapping[str, Any]]:
    """Where a ``predictLongRunning`` request wants to be called back, and with what.

    Raises:
        WrongField: the configuration is not one.
    """
    config = body.get("webhookConfig", {})
    uris = config.get("uris", []) if isinstance(config, dict) else None
    if not isinstance(uris, list) or config.keys() - {"uris", "userMetadata"}:
        raise WrongField("webhookConfig")
    return (str(uris[0]) if uris else None), config.get("userMetadata", {})


def download_url(job: Job) -> str:
    """Where the file is fetched with the key."""
    return f"{job.origin}{PREFIX}/files/{job.id}:download?alt=media"


def operation_name(job: Job) -> str:
    """The operation's name, which is also its path."""
    return f"models/{job.model.id}/operations/{job.id}"


def operation(job: Job) -> dict[str, Any]:
    """The operation as it is polled."""
    name = {"name": operation_name(job)}
    if not job.done.is_set():
        return name
    if job.doom in {Doom.MODERATION, Doom.NSFW}:
        made: dict[str, Any] = {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": [_FILTERED]}
    elif job.state is State.SUCCEEDED:
        made = {"generatedSamples": [{"video": {"uri": download_url(job)}}]}
    else:
        code = 14 if job.doom is Doom.INFRASTRUCTURE else 13
        return {**name, "done": True, "error": {"code": code, "message": "Video generation failed."}}
    return {**name, "done": True, "response": {"generateVideoResponse": made}}
