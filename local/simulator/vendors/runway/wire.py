"""Runway's task, and the inputs of its requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from local.simulator.catalog import InvalidInput
from local.simulator.clock import iso
from local.simulator.jobs import Job, State

PREFIX: Final = "/runway"
RETENTION_S: Final = 24 * 3600.0
_CREDITS: Final = 5
_WORDS: Final = {
    State.QUEUED: "PENDING",
    State.RUNNING: "RUNNING",
    State.SUCCEEDED: "SUCCEEDED",
    State.FAILED: "FAILED",
    State.CANCELED: "CANCELLED",
    State.ABORTED: "FAILED",
}


def read_input(path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The request without its model, its pictures as plain URLs.

    Raises:
        InvalidInput: a picture has no URL, or one is missing where the path needs it.
    """
    given = {name: value for name, value in body.items() if name != "model"}
    if path == "image_to_video" and "promptImage" not in given:
        raise InvalidInput([{"type": "missing", "loc": ("promptImage",), "msg": "Required"}])
    for name, url in (("promptImage", "uri"), ("referenceImages", "uri")):
        if isinstance(given.get(name), list):
            given[name] = [_url(name, entry, url) for entry in given[name]]
    if isinstance(given.get("promptImage"), list):
        given["promptImage"] = given["promptImage"][0]
    return given


def _url(name: str, entry: object, field: str) -> str:
    url = entry.get(field) if isinstance(entry, dict) else None
    if not isinstance(url, str):
        raise InvalidInput([{"type": "invalid_type", "loc": (name, field), "msg": "Expected string"}])
    return url


def task(job: Job) -> dict[str, Any]:
    """The task as GET shows it."""
    view: dict[str, Any] = {"id": job.id, "status": _status(job), "createdAt": iso(job.created_at)}
    if not job.done.is_set():
        view["estimatedCost"] = {"credits": _CREDITS}
    else:
        view["cost"] = {"credits": _CREDITS if job.state is State.SUCCEEDED else 0}
    if job.state is State.RUNNING:
        view["progress"] = 0.5
    if job.state is State.SUCCEEDED:
        view["output"] = job.file_urls()
    return view


def _status(job: Job) -> str:
    if "unknown_status" in job.faults and not job.done.is_set():
        return "WARMING_UP"
    if "stuck" in job.faults and job.state is State.QUEUED:
        return "THROTTLED"  # it waits for the account's own limit
    return _WORDS[job.state]
