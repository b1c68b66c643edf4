"""Replicate's prediction object, the list of predictions, and the request that makes one."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from local.simulator.clock import iso
from local.simulator.jobs import Doom, Event, Job, State

PREFIX = "/replicate/v1"
RETENTION_S = 3600.0  # inputs, outputs and logs are removed an hour after an API prediction
PAGE = 100
_WORDS = {
    State.QUEUED: "starting",
    State.RUNNING: "processing",
    State.SUCCEEDED: "succeeded",
    State.FAILED: "failed",
    State.CANCELED: "canceled",
    State.ABORTED: "aborted",
}
_ERRORS = {
    Doom.MODERATION: (
        "The input or output was flagged as sensitive. Please try again with different inputs. (E005)"
    ),
    Doom.NSFW: "NSFW content detected. Try running it again, or try a different prompt.",
    Doom.MODEL: "Prediction failed: the model raised an error.",
    Doom.INFRASTRUCTURE: "Prediction failed for an unknown reason. (E1000)",
}
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
Field = tuple[str, str, str]


def failed_with(code: str) -> str:
    """The text of an error of that code, such as ``E1001``: Replicate puts it behind its words."""
    return _ERRORS[Doom.MODERATION] if code == "E005" else f"Prediction failed. ({code})"


def _error(job: Job) -> str | None:
    if code := job.faults.code("failed_with"):
        return failed_with(code)
    return _ERRORS[job.doom] if job.doom else None


def version_of(model_id: str) -> str:
    """The 64 hex digits that stand for the model's only version."""
    return hashlib.sha256(model_id.encode()).hexdigest()


def model_of(version: str, known: list[str]) -> str | None:
    """The model that a `version` names: "owner/name", "owner/name:id" or the bare id."""
    name, _, digest = version.partition(":")
    for model_id in known:
        own = version_of(model_id)
        if version == own or (name == model_id and digest in {"", own}):
            return model_id
    return None


def prediction(job: Job, now: float, *, listed: bool = False) -> dict[str, Any]:
    """The prediction as GET, list and callback show it."""
    url = f"{job.origin}{PREFIX}/predictions/{job.id}"
    removed = job.completed_at is not None and now > job.completed_at + RETENTION_S
    view: dict[str, Any] = {
        "id": job.id,
        "model": job.model.id,
        "version": "hidden",
        "input": {} if removed else dict(job.given),
        "logs": "" if removed else "".join(f"{line}\n" for _, line in job.logs),
        "output": None if removed or job.state is not State.SUCCEEDED else output(job),
        "data_removed": removed,
        "error": _error(job) if job.state is State.FAILED else None,
        "status": _status(job),
        "created_at": iso(job.created_at),
        "started_at": None if job.started_at is None else iso(job.started_at),
        "completed_at": None if job.completed_at is None else iso(job.completed_at),
        "deadline": None if math.isinf(job.deadline) else iso(job.deadline),
        "urls": {"get": url, "cancel": f"{url}/cancel", "web": f"https://replicate.com/p/{job.id}"},
    }
    if job.completed_at is not None:
        view["metrics"] = {"predict_time": job.run_s, "total_time": job.completed_at - job.created_at}
    if listed:
        view["source"] = "api"
        del view["logs"]
    return view


def output(job: Job) -> str | list[str]:
    """What the job made: one URL or an array of URLs, as the model has it."""
    urls = job.file_urls()
    return urls if job.model.answer == "array" or not urls else urls[0]


def _status(job: Job) -> str:
    if "unknown_status" in job.faults and not job.done.is_set():
        return "warming_up"
    return _WORDS[job.state]


def request_errors(body: Mapping[str, Any], *, versioned: bool) -> list[Field]:
    """What is wrong with the request around the input, in the schema validator's words."""
    known = {"input", "webhook", "webhook_events_filter", "stream"} | ({"version"} if versioned else set())
    required = ["version", "input"] if versioned else ["input"]
    errors = [("required", "", f"{name} is required") for name in required if name not in body]
    errors += [
        ("additional_property_not_allowed", "", f"Additional property {name} is not allowed")
        for name in sorted(body.keys() - known)
    ]
    if not isinstance(body.get("input", {}), dict):
        errors.append(("invalid_type", "input", "Invalid type. Expected: object"))
    if "webhook" in body and not _callable(body["webhook"]):
        errors.append(("format", "webhook", "Does not match format 'uri'"))
    events = body.get("webhook_events_filter", [])
    if not isinstance(events, list) or not {*map(str, events)} <= {*Event}:
        allowed = ", ".join(f'"{event}"' for event in Event)
        errors.append(("enum", "webhook_events_filter", f"must be one of the following: {allowed}"))
    return errors


def _callable(url: object) -> bool:
    """The vendor calls HTTPS only; here the loopback may be plain HTTP."""
    parts = urlsplit(url) if isinstance(url, str) else None
    return bool(
        parts and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK))
    )


def seconds(duration: str | None) -> float:
    """A ``Cancel-After`` such as "30s", "1m" or "1h30m"; without end if there is none."""
    match = _DURATION.fullmatch(duration or "")
    if not duration or not match:
        return math.inf
    hours, minutes, rest = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + rest


def page(jobs: list[Job], query: Mapping[str, str], now: float, url: str) -> dict[str, Any]:
    """One page of the list, newest first.

    Raises:
        ValueError: a date or the cursor cannot be read.
    """
    after, before = (
        _moment(query.get("created_after"), -math.inf),
        _moment(query.get("created_before"), math.inf),
    )
    found = [job for job in reversed(jobs) if after <= job.created_at < before]
    direction, _, position = base64.urlsafe_b64decode(query.get("cursor", "")).decode().partition("=")
    if direction == "older":
        shown = [job for job in found if job.number < int(position)][:PAGE]
    elif direction == "newer":
        shown = [job for job in found if job.number > int(position)][-PAGE:]
    else:
        shown = found[:PAGE]
    dates = {name: query[name] for name in ("created_after", "created_before") if name in query}

    def link(direction: str, job: Job, *, more: bool) -> str | None:
        cursor = base64.urlsafe_b64encode(f"{direction}={job.number}".encode()).decode()
        return f"{url}?{urlencode({**dates, 'cursor': cursor})}" if more else None

    return {
        "previous": link("newer", shown[0], more=shown[0] is not found[0]) if shown else None,
        "next": link("older", shown[-1], more=shown[-1] is not found[-1]) if shown else None,
        "results": [prediction(job, now, listed=True) for job in shown],
    }


def _moment(text: str | None, default: float) -> float:
    if not text:
        return default
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
