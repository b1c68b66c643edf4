"""The form of ``catalog.json``: names and types. The meaning is checked in ``catalog_rules``."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tidegate.domain.generation import MediaType
from tidegate.domain.model import Dimension, Form, Kind, Unit

Text = Annotated[str, Field(min_length=1)]
Amount = Annotated[str, Field(pattern=r"^\d+(\.\d{1,6})?$")]  # dollars; finer than a micro-dollar is nothing


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FlatRate(_Entry):
    """One amount per unit."""

    per: Unit
    amount: Amount


class RateTable(_Entry):
    """Amounts that depend on parameters; keys such as ``720p_noaudio`` join their values."""

    per: Unit
    by: Annotated[list[Dimension], Field(min_length=1)]
    amounts: dict[str, Amount]


class SchemaEntry(_Entry):
    """What the model accepts."""

    ratios: Annotated[list[Text], Field(min_length=1)]
    formats: Annotated[list[Text], Field(min_length=1)]
    number_max: Annotated[int, Field(ge=1)] = 1
    input_files_max: Annotated[int, Field(ge=0)] = 0
    last_frame: bool = False
    durations: list[Annotated[int, Field(ge=1)]] = []
    resolutions: list[Text] = []
    audio: bool = False


class ParameterEntry(_Entry):
    """A model-specific parameter."""

    type: Kind
    minimum: int | None = None
    maximum: int | None = None
    max_length: Annotated[int, Field(ge=1)] | None = None
    choices: list[Text] = []


class FieldEntry(_Entry):
    """A field that takes more than a new name."""

    to: Text | None = None
    form: Literal[Form.TEXT, Form.FIRST, Form.COMPLEMENT, Form.SPREAD, Form.NUMBERED] | None = None
    values: dict[str, object] | None = None
    only: list[Text] | None = None
    max_length: Annotated[int, Field(ge=1)] | None = None


Fields = dict[str, Text | FieldEntry | None]


class VariantEntry(_Entry):
    """The provider's endpoint for requests with input files, or first and last frame.

    Its fields go over the route's own.
    """

    native_model: Text
    fields: Fields


class RouteEntry(_Entry):
    """A provider's way to run the model."""

    provider: Annotated[str, Field(pattern=r"^[a-z]+$")]
    native_model: Text
    cost: FlatRate | RateTable
    fields: Fields
    constants: dict[str, object] = {}
    callbacks: bool = True
    needs_input: bool = False
    with_input: VariantEntry | None = None
    with_last_frame: VariantEntry | None = None
    note: Text | None = None


class ModelEntry(_Entry):
    """One model. ``source`` says where its figures come from."""

    identifier: str
    media_type: MediaType
    source: Text
    note: Text | None = None
    retires_on: date | None = None
    price: FlatRate | RateTable
    schema_: Annotated[SchemaEntry, Field(alias="schema")]
    specific: dict[str, ParameterEntry] = {}
    routes: Annotated[list[RouteEntry], Field(min_length=1)]


class CatalogFile(_Entry):
    """The whole file."""

    source: Text
    note: Text
    models: Annotated[list[ModelEntry], Field(min_length=1)]
