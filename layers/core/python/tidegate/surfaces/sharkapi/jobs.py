"""A generation as SharkApi shows it: a job."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from tidegate.domain.generation import Generation, Status
from tidegate.domain.keys import Surface
from tidegate.surfaces.headers import optional_timestamp, timestamp
from tidegate.surfaces.http import Request
from tidegate.surfaces.sharkapi.dialects import in_dollars
from tidegate.surfaces.sharkapi.errors import JobNotFound

MODERATED: Final = frozenset({"content_policy", "content_policy_violation"})
_PARTS: Final = "-?".join(f"([0-9a-f]{{{length}}})" for length in (8, 4, 4, 4, 12))
_ID: Final = re.compile(f"(?:job_)?{_PARTS}")
_MODERATION: Final = "Request blocked: content policy violation"
_TIMEOUTS: Final = frozenset({"provider_timeout", "unknown_outcome"})
_FIRST: Final = {
    Status.PENDING: "queued",
    Status.PROCESSING: "processing",
    Status.SUCCEEDED: "complete",
    Status.FAILED: "failed",
    Status.CANCELED: "failed",  # the wire has no word for it
}
_SECOND: Final = {**_FIRST, Status.SUCCEEDED: "completed", Status.CANCELED: "cancelled"}


def job_id(generation_id: str) -> str:
    """Return the id of a job in D1; D2 shows the UUID itself."""
    return f"job_{generation_id.replace('-', '')}"


def read_generation_id(request: Request) -> str:
    """Return the generation's id from the path, which may name it in either dialect's form.

    Raises:
        JobNotFound: no job can have such an id, so no store is asked.
    """
    match = _ID.fullmatch(request.path_params.get("job_id", "").lower())
    if match is None:
        raise JobNotFound("No job with this id exists in your account.")
    return "-".join(match.groups())


def check_job(generation: Generation | None, now_ms: int) -> Generation:
    """Return the generation if it is a job of this surface.

    Raises:
        JobNotFound: there is none, its record has lapsed, or it was made through another surface.
    """
    if generation is None or generation.has_lapsed(now_ms) or generation.surface != Surface.SHARKAPI:
        raise JobNotFound("No job with this id exists in your account.")
    return generation


def is_moderated(generation: Generation) -> bool:
    """Whether its prompt or picture was refused."""
    return generation.status is Status.FAILED and generation.error_code in MODERATED


def first_status(generation: Generation) -> str:
    """Return the status in D1's words."""
    return "moderated" if is_moderated(generation) else _FIRST[generation.status]


def present_first(
    generation: Generation, public_url: Callable[[str], str], *, removed: bool
) -> dict[str, object]:
    """A job in D1 (docs: /docs/job-status). ``completed_at`` stays null unless it is complete."""
    done = generation.status is Status.SUCCEEDED
    return {
        "job_id": job_id(generation.generation_id),
        "status": first_status(generation),
        "image_url": _image_url(generation, public_url, removed=removed),
        "mode": generation.note.get("mode"),
        "prompt": generation.params.get("generation_prompt"),
        "cost": in_dollars(generation.price) if done else None,
        "error": error_text(generation),
        "created_at": timestamp(generation.created_at_ms),
        "completed_at": optional_timestamp(generation.completed_at_ms) if done else None,
    }


def present_second(
    generation: Generation, public_url: Callable[[str], str], *, removed: bool
) -> dict[str, object]:
    """A job in D2."""
    done = generation.status is Status.SUCCEEDED
    return {
        "job_id": generation.generation_id,
        "status": _SECOND[generation.status],
        "image_url": _image_url(generation, public_url, removed=removed),
        "cost": in_dollars(generation.price) if done else None,
        "error": error_text(generation),
        "queued_at": timestamp(generation.created_at_ms),
        "started_at": optional_timestamp(generation.started_at_ms),
        "completed_at": optional_timestamp(generation.completed_at_ms),
        "created_at": timestamp(generation.created_at_ms),
        "model": present_model(generation),
    }


def present_model(generation: Generation) -> Mapping[str, object]:
    """Which model makes it, in D2's words."""
    return {
        "name": generation.model,
        "code": generation.model,
        "variant": generation.note.get("mode"),
        "category": "image",
    }


def error_text(generation: Generation) -> str | None:
    """Say why a job did not come to a picture. Nothing is charged then, which the texts tell."""
    if generation.status is Status.CANCELED:
        return "The job was canceled. No charge applied."
    if generation.status is not Status.FAILED:
        return None
    if is_moderated(generation):
        return _MODERATION
    if generation.error_code in _TIMEOUTS:
        return "Generation service timeout. No charge applied."
    return f"{(generation.error_message or 'Generation failed.').rstrip('. ')}. No charge applied."


def _image_url(generation: Generation, public_url: Callable[[str], str], *, removed: bool) -> str | None:
    return None if removed or not generation.outputs else public_url(generation.outputs[0].key)
