"""One model: what it makes, accepts and costs, and how each of its providers runs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from tidegate.domain.generation import MediaType
from tidegate.domain.money import Money


class Unit(StrEnum):
    """What an amount is paid for."""

    IMAGE = "image"  # each output
    SECOND = "second"  # each second of video
    CLIP = "clip"  # each video, however long


class Dimension(StrEnum):
    """A parameter that an amount depends on."""

    RESOLUTION = "resolution"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class Rate:
    """Amounts per unit. The key joins the dimensions' values: ``""``, ``"720p"``, ``"720p_audio"``."""

    unit: Unit
    by: tuple[Dimension, ...]
    amounts: Mapping[str, Money]


class Kind(StrEnum):
    """The type of a model-specific parameter."""

    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    STRING = "string"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that only this model takes. Bounds are inclusive."""

    kind: Kind
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """What a model accepts: only what every one of its providers can do. The first value is the default."""

    ratios: tuple[str, ...]
    formats: tuple[str, ...]
    number_max: int = 1
    input_files_max: int = 0
    last_frame: bool = False
    durations: tuple[int, ...] = ()  # seconds; videos only
    resolutions: tuple[str, ...] = ()
    audio: bool = False


class Form(StrEnum):
    """How a value is written for a provider."""

    SAME = "same"
    TEXT = "text"  # 8 becomes "8"
    FIRST = "first"  # the only entry of a list
    COMPLEMENT = "complement"  # of a share: 0.2 becomes 0.8
    SPREAD = "spread"  # the entries of the translated object become fields of their own; ``to`` is not sent
    NUMBERED = "numbered"  # a list's entries become fields: image, image_2, image_3


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How one of our parameters becomes a provider's field. ``to`` of None leaves it out on purpose."""

    to: str | None
    form: Form = Form.SAME
    values: Mapping[str, object] | None = None  # our value as text → the provider's; others cannot be served
    only: frozenset[str] | None = None  # the values that this provider can serve
    max_length: int | None = None  # the longest text that it takes


@dataclass(frozen=True, slots=True)
class ProviderRoute:
    """One provider's way to run a model."""

    provider: str
    native_model: str
    cost: Rate
    fields: Mapping[str, FieldRule]
    constants: Mapping[str, object]
    callbacks: bool = True
    needs_input: bool = False  # it makes nothing from a text alone
    with_input: ProviderRoute | None = None  # where the provider has an endpoint of its own for input files
    with_last_frame: ProviderRoute | None = None  # and where it has another for a first and a last frame


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the catalogue. ``routes`` are in default order."""

    identifier: str
    media_type: MediaType
    price: Rate
    schema: Schema
    specific: Mapping[str, Parameter]
    routes: tuple[ProviderRoute, ...]
    retires_on: date | None = None  # the first day (UTC) on which it is not offered

    @property
    def providers(self) -> tuple[str, ...]:
        """The providers' ids in default order."""
        return tuple(route.provider for route in self.routes)

    @property
    def needs_input(self) -> bool:
        """Whether no provider makes anything from a text alone."""
        return all(route.needs_input for route in self.routes)

    def route(self, provider: str, params: Mapping[str, object]) -> ProviderRoute:
        """Return the way to run these parameters at a provider; see :mod:`tidegate.domain.translation`.

        Raises:
            KeyError: the catalogue no longer names this provider for the model.
        """
        for route in self.routes:
            if route.provider == provider:
                if params.get("generation_input_file_last_content") and route.with_last_frame:
                    return route.with_last_frame
                return route.with_input if params.get("generation_input_file") and route.with_input else route
        raise KeyError(f"{self.identifier} has no route to {provider}")

    def has_retired(self, now_ms: int) -> bool:
        """Whether the model is no longer offered at this instant. What is under way still ends."""
        return self.retires_on is not None and _utc_date(now_ms) >= self.retires_on


def _utc_date(now_ms: int) -> date:
    return datetime.fromtimestamp(now_ms / 1000, UTC).date()
