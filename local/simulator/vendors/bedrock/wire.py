"""Bedrock's bodies: what each family of models takes and makes, and an asynchronous invocation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from local.simulator.catalog import InvalidInput
from local.simulator.clock import iso
from local.simulator.inline import inline_texts
from local.simulator.jobs import Doom, Job, State
from local.simulator.media.studio import Studio
from local.simulator.vendors.bedrock.invocations import Invocation

PREFIX: Final = "/bedrock"
ACCOUNT: Final = "000000000000"
_STABILITY: Final = "/stability."
_NOVA: Final = {"TEXT_IMAGE": "textToImageParams", "IMAGE_VARIATION": "imageVariationParams"}
_ALL_BLOCKED: Final = "All of the generated images have been blocked by our content filters."
_SOME_BLOCKED: Final = "Some of the generated images have been blocked by our content filters."
_WORDS: Final = {State.SUCCEEDED: "Completed", State.FAILED: "Failed", State.ABORTED: "Failed"}


def image_input(model_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The input of an image without its envelope.

    Raises:
        InvalidInput: the envelope is not that of the model's family.
    """
    if _STABILITY in model_id:
        return dict(body)
    task = str(body.get("taskType"))
    if task not in _NOVA:
        raise InvalidInput([_wrong("taskType", "is not a task of this model")])
    config = _part(body, "imageGenerationConfig", needed=False)
    return {**_part(body, _NOVA[task]), **config}


def video_input(body: Mapping[str, Any]) -> dict[str, Any]:
    """The input of a video without its envelope.

    Raises:
        InvalidInput: the envelope is not Nova Reel's.
    """
    if body.get("taskType") != "TEXT_VIDEO":
        raise InvalidInput([_wrong("taskType", "is not a task of this model")])
    given = {**_part(body, "textToVideoParams"), **_part(body, "videoGenerationConfig", needed=False)}
    if "images" in given:
        given["images"] = [_source(entry) for entry in given["images"]]
    return given


def _part(body: Mapping[str, Any], name: str, *, needed: bool = True) -> Mapping[str, Any]:
    part = body.get(name, None if needed else {})
    if not isinstance(part, dict):
        raise InvalidInput([_wrong(name, "required key not found")])
    return part


def _source(entry: object) -> str:
    match entry:
        case {"format": "png" | "jpeg", "source": {"bytes": str(data)}}:
            return data
    raise InvalidInput([_wrong("images", "required key [source] not found")])


def _wrong(name: str, message: str) -> dict[str, Any]:
    return {"type": "value_error", "loc": (name,), "msg": message}


async def images(job: Job, studio: Studio) -> dict[str, Any]:
    """The answer with images; what the filter took out is told in the body of a 200."""
    made = await inline_texts(job, studio)
    blocked = job.doom is Doom.NSFW
    if _STABILITY in job.model.id:
        reasons = ["Filter reason: output image" if blocked else None for _ in made]
        seeds = [job.seed for _ in made]
        return {"seeds": seeds, "finish_reasons": reasons, "images": [] if blocked else made}
    if blocked:
        return {"images": [], "error": _ALL_BLOCKED}
    return {"images": made} | ({"error": _SOME_BLOCKED} if "partial" in job.faults else {})


def invocation(made: Invocation, failure: str) -> dict[str, Any]:
    """An asynchronous invocation as GET and the list show it."""
    job = made.job
    view: dict[str, Any] = {
        "invocationArn": arn(made),
        "modelArn": f"arn:aws:bedrock:{made.region}::foundation-model/{job.model.id.partition('/')[2]}",
        "clientRequestToken": made.token,
        "status": _WORDS.get(job.state, "InProgress"),
        "submitTime": iso(job.created_at),
        "lastModifiedTime": iso(job.completed_at or job.created_at),
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": f"{made.s3_uri}/{job.id}"}},
    }
    if job.completed_at is not None:
        view["endTime"] = iso(job.completed_at)
    if view["status"] == "Failed":
        view["failureMessage"] = failure
    return view


def arn(made: Invocation) -> str:
    """The name of an invocation."""
    return f"arn:aws:bedrock:{made.region}:{ACCOUNT}:async-invoke/{made.job.id}"
