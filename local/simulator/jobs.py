"""One job at a simulated vendor."""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from local.simulator.catalog import Model
from local.simulator.faults import NONE, Faults
from local.simulator.media.scene import Scene


class State(StrEnum):
    """Where a job stands. The last four are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    ABORTED = "aborted"  # its deadline passed before it started


class Event(StrEnum):
    """What a job tells the world. The words are replicate's."""

    START = "start"
    LOGS = "logs"
    OUTPUT = "output"
    COMPLETED = "completed"


class Doom(StrEnum):
    """Why a job is going to fail, decided when it is made."""

    INVALID_INPUT = "invalid_input"
    MODERATION = "moderation"
    NSFW = "nsfw"
    MODEL = "failed"
    INFRASTRUCTURE = "infrastructure"


def prompt_of(given: Mapping[str, Any]) -> str:
    """The prompt of an input, whatever the vendor calls it; empty without one."""
    return next((str(given[name]) for name in ("prompt", "promptText", "text") if given.get(name)), "")


@dataclass(slots=True, eq=False)
class Job:
    """A job. Times are epoch seconds on the simulator's clock; ``given`` is the input as it came."""

    id: str
    provider: str
    model: Model
    given: Mapping[str, Any]
    values: Mapping[str, Any]  # with the model's defaults
    origin: str  # "http://host:port" under which the caller reached us
    faults: Faults = NONE
    doom: Doom | None = None
    errors: tuple[Mapping[str, Any], ...] = ()  # of an input that is refused only when it runs
    callback_url: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)  # what its callbacks repeat
    callback_events: frozenset[Event] = frozenset({Event.COMPLETED})
    start_by: float = math.inf  # aborted if it waits longer
    deadline: float = math.inf  # aborted or canceled then
    number: int = 0
    state: State = State.QUEUED
    created_at: float = 0
    started_at: float | None = None
    completed_at: float | None = None
    polls: int = 0
    cancel_asked: bool = False
    logs: list[tuple[float, str]] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    hurry: asyncio.Event = field(default_factory=asyncio.Event)  # set: stop waiting, finish now

    @property
    def seed(self) -> int:
        """The seed asked for, or one that belongs to this job."""
        asked = self.values.get("seed")
        if isinstance(asked, int) and asked >= 0:
            return asked
        return int.from_bytes(hashlib.sha256(self.id.encode()).digest()[:4], "big")

    @property
    def prompt(self) -> str:
        """The prompt, or an empty string."""
        return prompt_of(self.given)

    @property
    def run_s(self) -> float:
        """Seconds from start to finish, 0 if it never ran to an end."""
        return (self.completed_at or 0) - self.started_at if self.started_at and self.completed_at else 0

    def scenes(self) -> list[Scene]:
        """What it makes: one scene a file, each with its own seed."""
        width, height = self.model.size(self.values)
        count = self.model.files(self.values) - ("partial" in self.faults)
        return [
            Scene(
                provider=self.provider,
                model=self.model.id,
                prompt=self.prompt,
                seed=self.seed + index,
                width=width,
                height=height,
                format=self.model.file_format(self.values),
                duration_s=self.model.duration(self.values),
                blocked="nsfw" in self.faults,
            )
            for index in range(count)
        ]

    def file_urls(self) -> list[str]:
        """Where its files are, once it has succeeded."""
        return [f"{self.origin}/files/{self.id}/{i}.{scene.format}" for i, scene in enumerate(self.scenes())]

    def poll_fault(self) -> str | None:
        """Count a poll; the fault that it meets, if any."""
        self.polls += 1
        for name in ("poll_error", "poll_malformed"):
            if name in self.faults and self.polls <= self.faults.number(name):
                return name
        return None

    def view(self) -> dict[str, Any]:
        """What the control API shows."""
        return {
            "id": self.id,
            "provider": self.provider,
            "model": self.model.id,
            "state": self.state,
            "created_at": self.created_at,
            "started_at": self.started_at,
            "completed_at": self.completed_at,
            "polls": self.polls,
            "cancel_asked": self.cancel_asked,
            "faults": self.faults.names(),
            "doom": self.doom,
            "callback_url": self.callback_url,
            "prompt": self.prompt,
            "input": dict(self.given),
            "files": self.file_urls() if self.state is State.SUCCEEDED else [],
        }
