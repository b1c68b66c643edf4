"""A small library to be worked on at once: a project with two flows, some generations and images."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import pytest

from tests.contract.banatie.client import Client
from tests.contract.banatie.gallery import Gallery
from tests.interleavings.scheduler import Scheduler
from tidegate.domain.library.records import LibraryGeneration
from tidegate.usecases.library.conclude import Desk, conclude

STAGES: Final = ("open", "ended", "made", "failed", "gone", "remade-open", "gone-open")
MOVE: Final = {"onAliasConflict": "move"}
SCOPE: Final = "hero"
_WATCHED: Final = re.compile(
    r"'(?:library|generations|outputs)'"
)  # tables and bucket; keys are counted alone
_KINDS: Final = re.compile(r"'sk': \{'S': '([a-z]+)#")


@dataclass(frozen=True, slots=True)
class Thing:
    """A generation, an image or a flow, and how a trace calls it."""

    name: str
    id: str


def describe_call(operation: str, params: Mapping[str, Any]) -> str | None:
    """Name a call by what it touches, without ids; None for what is none of the library's."""
    text = repr(params)
    if not _WATCHED.search(text):
        return None
    return " ".join((operation, *sorted(set(_KINDS.findall(text)))))


@dataclass
class World:
    """A project and those who work on it. ``random`` decides what it holds, ``patch`` how its time passes."""

    client: Client
    random: Random
    patch: pytest.MonkeyPatch
    generations: list[Thing] = field(default_factory=list)
    images: list[Thing] = field(default_factory=list)
    flows: list[Thing] = field(default_factory=list)
    restored: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin with two flows. Ids are the same in every run: of one moment, they decide what is newest."""
        self.patch.setattr(secrets, "randbits", Random(0).getrandbits)  # noqa: S311  no secrets
        self.gallery = Gallery(self.client, self.patch)
        self.patch.setattr(self.client.runtime, "pause", self._pause)
        for number in range(2):
            made = self.client.call("flows_create", "POST", body={})
            self.flows.append(Thing(f"flow {number}", made.data["id"]))

    def add_generation(self, stage: str) -> None:
        """Generate, up to a stage."""
        begun = self.client.generate(self._asked(), query=self.move_or_not()).data
        self._know(self.client.record(begun["id"]))
        self._bring(begun["id"], stage)

    def add_upload(self) -> None:
        """Upload an image, which may be deleted at once."""
        fields: dict[str, Any] = {} if self.chance(0.5) else {"alias": self.alias()}
        if self.chance(0.5):
            fields["flowId"] = self.flows[0].id
        uploaded = self.client.upload(query=MOVE, **fields).data["id"]
        self.images.append(Thing(f"image {len(self.images)}", uploaded))
        if self.chance(0.3):
            self.client.about("images_delete", uploaded, "DELETE")

    def add_live(self) -> None:
        """Let a visitor have a picture of the scope made."""
        assert self.gallery.visit("One", SCOPE).status == 200
        (record,) = [one for one in self.gallery.records() if one.prompt.startswith("One")]
        self._know(record)

    def chance(self, share: float) -> bool:
        """Draw whether something is so."""
        return self.random.random() < share

    def alias(self) -> str:
        """Draw an alias."""
        return self.random.choice(("@a", "@b"))

    def move_or_not(self) -> dict[str, str] | None:
        """Draw whether a request takes an alias from whoever has it."""
        return MOVE if self.chance(0.6) else None

    def end(self, generation_id: str, ending: str = "succeed") -> None:
        """End the run of a generation as a worker does, unless it ended just now or its record is gone."""
        library, project_id = self.client.runtime.library, self.client.project.project_id
        record = library.generations.get(project_id, generation_id)
        run = record and self.client.runtime.generations.get(self.client.account_id, record.run_id)
        if run and not run.status.is_terminal:
            with suppress(AssertionError):
                getattr(self.client, ending)(generation_id)

    def conclude(self, generation_id: str) -> None:
        """Have the end of a generation's run noticed."""
        runtime = self.client.runtime
        record = runtime.library.generations.get(self.client.project.project_id, generation_id)
        run = record and runtime.generations.get(self.client.account_id, record.run_id)
        if run:
            desk = Desk(runtime.library, runtime.generations, runtime.outputs, runtime.now_ms)
            conclude(desk, run)

    def drain(self) -> None:
        """End and conclude whatever is under way."""
        for record in self.gallery.records():
            if record.status.is_open:
                self.end(record.generation_id)
                self.conclude(record.generation_id)

    @contextmanager
    def watched_by(self, scheduler: Scheduler) -> Iterator[None]:
        """Have a scheduler stop the calls of the tables and the bucket."""
        with scheduler.watching(self.client.runtime.dynamodb, self.client.runtime._s3):
            yield

    def _asked(self) -> dict[str, Any]:
        asked: dict[str, Any] = {"prompt": "An eagle"}
        if self.chance(0.7):
            asked["alias"] = self.alias()
        if self.chance(0.5):
            asked["flowId"] = self.flows[0].id
        if self.chance(0.3):
            asked["flowAlias"] = "@f"
        return asked if len(asked) > 1 or self.chance(0.5) else {**asked, "flowId": None}

    def _know(self, record: LibraryGeneration) -> None:
        self.generations.append(Thing(f"generation {len(self.generations)}", record.generation_id))
        self.images.append(Thing(f"image {len(self.images)}", record.image_id))

    def _bring(self, generation_id: str, stage: str) -> None:
        if stage != "open":
            self.end(generation_id, "fail" if stage == "failed" else "succeed")
        if stage not in ("open", "ended"):
            self.conclude(generation_id)
        if stage.startswith("gone"):
            self.client.about("images_delete", self.images[-1].id, "DELETE", query={"permanent": "true"})
        if stage.endswith("-open"):
            self.client.again("generations_regenerate", generation_id)
            if self.chance(0.5):
                self.end(generation_id)

    def _pause(self, seconds: float) -> None:
        for record in self.gallery.records():
            if record.status.is_open:
                self.end(record.generation_id)
        self.client.runtime.time_ms += int(seconds * 1000)
