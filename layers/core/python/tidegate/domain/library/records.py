"""What a project's library holds: flows, images, and the records of generations (contracts: Banatie §3).

Ids are UUIDv7, so that the order of ids is the order of creation. Times are epoch milliseconds; None means
not yet, or never.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

from tidegate.domain.money import Money

MOVES_ALIASES: Final = "move"
ALIAS_CONFLICTS: Final = ("reject", MOVES_ALIASES)


@dataclass(frozen=True, slots=True)
class Organization:
    """Whose projects they are. An account, which pays, owns it."""

    organization_id: str
    account_id: str
    name: str
    slug: str  # unique in this gateway; never changes
    created_at_ms: int
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """One library. Its keys see this project and nothing else."""

    project_id: str
    organization_id: str
    account_id: str
    organization_slug: str
    name: str
    slug: str  # unique in its organization; never changes
    created_at_ms: int
    alias_conflict: str = "reject"  # or "move": what a project alias does that another image has

    @property
    def path(self) -> str:
        """Where its images lie for everybody: ``organization/project``."""
        return f"{self.organization_slug}/{self.slug}"

    @property
    def moves_aliases(self) -> bool:
        """Whether an alias that is taken moves to the image that asks for it."""
        return self.alias_conflict == MOVES_ALIASES


@dataclass(frozen=True, slots=True)
class Flow:
    """A chain of generations and images, with names of its own for some of them.

    ``pending``: its id was given out and nothing asked for it since; it cannot be seen yet.
    """

    project_id: str
    flow_id: str
    created_at_ms: int
    updated_at_ms: int
    aliases: Mapping[str, str] = field(default_factory=dict)  # alias → image id
    meta: str = "{}"  # JSON text, as its owner sent it
    pending: bool = False
    ending: bool = False  # it is being deleted


class Source(StrEnum):
    """Where an image came from."""

    GENERATED = "generated"
    UPLOADED = "uploaded"


@dataclass(frozen=True, slots=True)
class Image:
    """One image of the library. Its id and its URL stay; its file may be replaced by a newer one."""

    project_id: str
    image_id: str
    path: str  # the project's
    file: str  # the key in the bucket; a new one for every new content
    content_type: str
    size_bytes: int
    width: int
    height: int
    source: Source
    created_at_ms: int
    updated_at_ms: int
    flow_id: str | None = None
    generation_id: str | None = None
    alias: str | None = None
    focal_point: tuple[Decimal, Decimal] | None = None
    meta: str = "{}"
    file_hash: str | None = None  # SHA-256 of what was uploaded
    deleted_at_ms: int | None = None
    freed_alias: str | None = None  # what it was called before it was deleted
    previous_file: str | None = None  # its content before: runs and downloads may have begun with that

    @property
    def files(self) -> tuple[str, ...]:
        """All keys in the bucket that are its."""
        return (self.file, self.previous_file) if self.previous_file else (self.file,)


class Progress(StrEnum):
    """Where a generation stands, in Banatie's words."""

    PENDING = "pending"
    PROCESSING = "processing"
    SUCCESS = "success"
    FAILED = "failed"

    @property
    def is_open(self) -> bool:
        """Whether its run has not ended."""
        return self in OPEN_PROGRESS


OPEN_PROGRESS: Final = frozenset({Progress.PENDING, Progress.PROCESSING})


@dataclass(frozen=True, slots=True)
class Reference:
    """An image that a generation looks at, and the alias that named it, if one did."""

    image_id: str
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class LibraryGeneration:
    """What was asked for and what came of it. Each run is a generation of the gateway's core.

    A regeneration is another run of the same record: it ends in the same image.
    """

    project_id: str
    generation_id: str
    account_id: str
    path: str  # the project's
    prompt: str  # what is really used
    original_prompt: str
    auto_enhance: bool
    template: str
    aspect_ratio: str
    status: Progress
    run_id: str  # the core's generation id of the latest run
    image_id: str  # of the image that it makes, from the start
    created_at_ms: int
    updated_at_ms: int
    asked_references: tuple[str, ...] = ()  # ids and aliases as they were sent
    references: tuple[Reference, ...] = ()  # what they named when the latest run began
    flow_id: str | None = None
    alias: str | None = None  # for the image, as soon as there is one
    takes_alias: bool | None = None  # the alias is another image's until this one is there
    flow_alias: str | None = None
    output_image_id: str | None = None  # None until the first success, and after the image is gone
    retry_count: int = 0
    processing_ms: int | None = None
    cost: Money | None = None
    error_message: str | None = None
    meta: str = "{}"
    deleted_at_ms: int | None = None
    image_meta: str | None = None  # of the image that it makes; live pictures bear marks
