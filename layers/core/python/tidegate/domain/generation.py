"""A generation and its life: pending → processing → succeeded | failed | canceled, and then never changed."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tidegate.domain.mode import Mode
from tidegate.domain.money import Money
from tidegate.domain.output_key import read_key
from tidegate.domain.retention import DEFAULT_RETENTION, Retention


class MediaType(StrEnum):
    """What a model makes."""

    IMAGE = "image"
    VIDEO = "video"


class Status(StrEnum):
    """Where a generation stands."""

    PENDING = "pending"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_terminal(self) -> bool:
        """Whether nothing can change this status any more."""
        return self not in OPEN_STATUSES


OPEN_STATUSES: Final = frozenset({Status.PENDING, Status.PROCESSING})


class Settlement(StrEnum):
    """What became of the held price. Chosen once, together with the terminal status."""

    CHARGE = "charge"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Output:
    """One stored file of a generation."""

    key: str  # where it lies in the outputs bucket; the random part makes its URL unguessable
    content_type: str
    size_bytes: int
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ProviderFailure:
    """Why one provider of a chain did not serve the generation, in words that a customer may read."""

    provider: str
    code: str  # a ``FailureCode``
    message: str


@dataclass(frozen=True, slots=True)
class Generation:
    """One accepted request, priced once. Times are epoch milliseconds; None means not yet."""

    account_id: str
    generation_id: str
    surface: str
    model: str
    media_type: MediaType
    params: Mapping[str, object]  # the validated request, surface-independent names (generation_*)
    providers: tuple[str, ...]  # resolved order, tried from the left
    price: Money
    status: Status
    prediction_id: str  # ours (``pred_…``): the providers' own ids live on the attempts
    created_at_ms: int
    expires_at_ms: int  # the hold's expiry: past it the generation ends whatever the providers say
    started_at_ms: int | None = None
    completed_at_ms: int | None = None
    provider_initialize: str | None = None  # the first provider that accepted
    provider_used: str | None = None
    outputs: tuple[Output, ...] = field(default=())
    predict_ms: int | None = None  # the provider's own time
    error_code: str | None = None
    error_message: str | None = None
    provider_failures: tuple[ProviderFailure, ...] = ()  # where several were asked and all of them failed
    settlement: Settlement | None = None  # None while the price is held
    removed_at_ms: int | None = None  # when its owner had the files deleted
    mode: Mode = Mode.LIVE  # in test mode no provider is asked (docs/adr/0040)
    script: str | None = None  # what is to happen to it; test mode only
    trial: bool = False  # paid with a free trial
    note: Mapping[str, object] = field(default_factory=dict)  # what its surface wants to tell of it later
    retention: Retention = DEFAULT_RETENTION  # as its plan had it when it was accepted
    record_until_s: int | None = None  # epoch second; None: it has not ended, or its record is kept for ever

    def is_removed(self, now_ms: int) -> bool:
        """Whether its files are gone: deleted by its owner, or past their retention."""
        until_ms = self.files_until_ms
        return self.removed_at_ms is not None or (until_ms is not None and now_ms >= until_ms)

    def has_lapsed(self, now_ms: int) -> bool:
        """Whether the record is past its retention: gone for everyone, though the table may still have it."""
        return self.record_until_s is not None and now_ms >= self.record_until_s * 1000

    @property
    def files_until_ms(self) -> int | None:
        """From when its files are refused, as their names say it; None: there are none, or they are kept."""
        ends = [end for output in self.outputs if (end := self._file_until_ms(output)) is not None]
        return min(ends, default=None)

    def _file_until_ms(self, output: Output) -> int | None:
        key = read_key(output.key)
        if key is not None and key.until_s is not None:
            return key.until_s * 1000
        files_s = self.retention.files_s
        if files_s is None or self.completed_at_ms is None:
            return None
        return self.completed_at_ms + files_s * 1000  # an earlier release's file


def new_id(now_ms: int) -> str:
    """Return a UUIDv7 (RFC 9562 §5.7): unique, and in the order of creation by text comparison."""
    rand_a, rand_b = secrets.randbits(12), secrets.randbits(62)
    value = (now_ms & (2**48 - 1)) << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b
    return str(uuid.UUID(int=value))


def id_floor(at_ms: int) -> str:
    """Return the text that sorts before every id made at or after this instant."""
    return str(uuid.UUID(int=(at_ms & (2**48 - 1)) << 80 | 0x7 << 76))


def new_prediction_id() -> str:
    """Return a prediction id of our own; the wire wants one before any provider was asked."""
    return f"pred_{secrets.token_hex(12)}"
