"""Live pictures: shown if they are there, made once if not, however many ask at the same time.

An entry in the table decides. Whoever claims it has the prompt rewritten and the generation accepted, in a
transaction that names both in the entry; the others wait for that generation. Money is held in the same
transaction, so an entry stands for one generation and one charge, whatever crashes or lapses in between.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.library.table import LibraryTable
from tidegate.adapters.dynamodb.transaction import ConditionsFailed
from tidegate.adapters.s3 import OutputStore
from tidegate.domain.errors import ServiceUnavailable, TidegateError
from tidegate.domain.library.live import LiveAsked, LiveEntry, cache_key
from tidegate.domain.library.live_errors import LivePictureFailed
from tidegate.domain.library.records import Image, LibraryGeneration, Progress, Reference
from tidegate.domain.library.waiting import Waiting
from tidegate.usecases.library import runs
from tidegate.usecases.library.conclude import Desk, look
from tidegate.usecases.library.references import resolve_references

_FIRST_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 2.0
_TRIES: Final = 5
_FAILED: Final = "The generation failed. Nothing was charged."


class Services(runs.Services, Protocol):
    """What live pictures need of the runtime."""

    @property
    def outputs(self) -> OutputStore:
        """The files."""

    @property
    def library_wait_ms(self) -> int:
        """How long an answer waits, at most."""

    def pause(self, seconds: float) -> None:
        """Let time pass."""


class Door(Protocol):
    """The way in: whose picture it is, and what must hold before a new one is made."""

    project_id: str
    path: str
    scope: str  # empty: the project's own

    def payer(self) -> runs.Payer:
        """Return who pays for a new one."""

    def check(self) -> None:
        """Refuse a new one that may not be made; nothing has been done for it so far."""

    def beside(self) -> Sequence[Item]:
        """Return what counts a new one, if what was checked still holds, as part of its transaction."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture. ``hits``: how often it was shown from the cache; None: it was made for this request."""

    image: Image
    generation_id: str | None
    hits: int | None


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The time is up, and the picture is still being made."""

    waiting: Waiting


class _Lost(TidegateError):
    """Another request took the entry over, because this one was too slow."""


class _Moved(TidegateError):
    """What was checked does not hold any more."""


@dataclass(slots=True)
class Visit:
    """One request for a picture, on its way."""

    services: Services
    door: Door
    asked: LiveAsked
    prepare: Callable[[runs.Asked], runs.Asked]  # has the prompt looked at and rewritten
    began_ms: int  # when the visitor began to wait
    waiting: Waiting = field(default_factory=Waiting)
    until_ms: int = field(init=False)
    looks_at: list[tuple[Reference, Image]] = field(init=False)
    key: str = field(init=False)
    awaited: str | None = field(init=False)  # the generation whose failure would be this request's
    is_maker: bool = field(init=False)

    def __post_init__(self) -> None:
        """Look up what the prompt names, and tell which picture it is."""
        services, door = self.services, self.door
        self.until_ms = self.began_ms + services.library_wait_ms
        self.looks_at = resolve_references(
            services.library, door.project_id, (), self.asked.prompt, None, computed=False
        )
        plain, looking = services.library_models
        contents = [image.file for _, image in self.looks_at]
        self.key = cache_key(self.asked, looks_at=contents, model=looking if contents else plain)
        self.awaited, self.is_maker = self.waiting.generation_id, self.waiting.maker

    def show(self) -> Shown | Unfinished:
        """Return the picture, having it made if nobody did; or how far it came when the time is up.

        Raises:
            LivePictureFailed: it could not be made. Nothing was charged.
            TidegateError: it may not be made, see ``Door.check`` and ``runs.create``; nothing was held.
        """
        pause_s = _FIRST_PAUSE_S
        while True:
            shown = self._look()
            if shown is not None:
                return shown
            services = self.services
            if services.now_ms() + pause_s * 1000 > self.until_ms:
                return Unfinished(Waiting(self.waiting.hops + 1, self.awaited, self.is_maker))
            services.pause(pause_s)
            pause_s = min(pause_s * 1.5, _LONGEST_PAUSE_S)

    def _look(self) -> Shown | None:
        """Take the picture, or one step towards it; None: it is being made."""
        live, door = self.services.library.live, self.door
        hit, entry = live.look(door.project_id, door.scope, self.key)
        if entry is not None and entry.generation_id is not None:
            return self._stored(entry, hit=hit) if hit else self._followed(entry)
        if entry is None or entry.claimed_until_ms <= self.services.now_ms():
            self._fail_with_awaited()
            self._make()
        return None

    def _stored(self, entry: LiveEntry, *, hit: bool) -> Shown | None:
        """Return the entry's image; None: it was deleted, and the entry with it."""
        image = self.services.library.images.get(entry.project_id, entry.image_id or "")
        if image is None or image.deleted_at_ms is not None:
            self._forget(entry)
            return None
        if self.is_maker and entry.generation_id == self.awaited:
            if not hit:
                self.services.library.live.finish(entry, hits=0)
            return Shown(image, entry.generation_id, None)
        hits = entry.hits if hit else self.services.library.live.finish(entry, hits=1)
        return Shown(image, entry.generation_id, hits)

    def _followed(self, entry: LiveEntry) -> Shown | None:
        """Look after a generation that nobody has seen the end of."""
        services = self.services
        record = services.library.generations.get(entry.project_id, entry.generation_id or "")
        if record is not None:
            desk = Desk(services.library, services.generations, services.outputs, services.now_ms)
            record = look(desk, record)
        if record is None:
            self._forget(entry)
            return None
        if record.status is Progress.SUCCESS:
            return self._stored(entry, hit=False)
        if record.status is Progress.FAILED:
            self._forget(entry)
            if record.generation_id == self.awaited:
                raise _failure(record)
            return None
        self.awaited = record.generation_id
        return None

    def _fail_with_awaited(self) -> None:
        """Tell a failure to whoever waited for it, where another request saw it first."""
        if self.awaited is None:
            return
        record = self.services.library.generations.get(self.door.project_id, self.awaited)
        marked = record is not None and json.loads(record.image_meta or "{}").get("cacheKey") == self.key
        self.awaited, self.is_maker = None, False
        if record is not None and marked and record.status is Progress.FAILED:
            raise _failure(record)

    def _make(self) -> None:
        """Set about making the picture, unless somebody else does."""
        library, door = self.services.library, self.door
        door.check()
        claim = str(uuid.uuid4())
        now_ms = self.services.now_ms()
        if not library.live.claim(door.project_id, door.scope, self.key, by=claim, now_ms=now_ms):
            return
        try:
            record = self._accepted(claim)
        except _Lost:
            return
        except Exception:
            library.live.abandon(door.project_id, door.scope, self.key, by=claim)
            raise
        self.awaited, self.is_maker = record.generation_id, True

    def _accepted(self, claim: str) -> LibraryGeneration:
        door, asked = self.door, self.asked
        payer = door.payer()
        marks = {"scope": door.scope or None, "isLiveUrl": True, "cacheKey": self.key}
        wanted = self.prepare(
            runs.Asked(
                prompt=asked.prompt,
                original_prompt=asked.prompt,
                aspect_ratio=asked.aspect_ratio,
                auto_enhance=asked.auto_enhance,
                template=asked.template,
                in_flow=False,
                image_meta=json.dumps({name: mark for name, mark in marks.items() if mark is not None}),
            )
        )
        for _ in range(_TRIES):
            try:
                record, _ = runs.create(
                    self.services,
                    payer,
                    wanted,
                    project_id=door.project_id,
                    path=door.path,
                    looks_at=self.looks_at,
                    beside=lambda record: self._beside(record, claim),
                )
            except _Moved:
                door.check()
                continue
            return record
        raise ServiceUnavailable("The scope is being changed by others. Nothing was charged; try again.")

    def _beside(self, record: LibraryGeneration, claim: str) -> list[tuple[Item, TidegateError]]:
        door, live = self.door, self.services.library.live
        named = {"generation_id": record.generation_id, "image_id": record.image_id}
        entry = live.begin(door.project_id, door.scope, self.key, by=claim, named=named)
        return [
            (entry, _Lost("The entry is somebody else's.")),
            *((action, _Moved("The limits moved.")) for action in door.beside()),
        ]

    def _forget(self, entry: LiveEntry) -> None:
        """Forget an entry without a picture, once; its place in the scope is free again."""
        forget(self.services.library, entry)


def forget(library: LibraryTable, entry: LiveEntry) -> bool:
    """Forget an entry; False: somebody else did. Its place in the scope is free again."""
    drop = library.live.drop(entry)
    if not entry.scope:
        return library.rows.run(drop)
    try:
        library.write([drop, library.scopes.give_back(entry.project_id, entry.scope)])
    except ConditionsFailed as error:
        return not error.failed[0] and library.rows.run(drop)
    return True


def _failure(record: LibraryGeneration) -> LivePictureFailed:
    return LivePictureFailed(record.error_message or _FAILED)
