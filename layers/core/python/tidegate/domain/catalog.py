"""The models: what each makes, accepts and costs, and which providers run it under which name.

Everything is data in ``catalog.json``. Reading it is cheap, because every cold start pays for it;
``catalog_rules.validate_catalog`` checks the file in full, in the tests and in the CLI.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from tidegate.domain.echo import shortened
from tidegate.domain.errors import ModelNotFound
from tidegate.domain.generation import MediaType
from tidegate.domain.model import (
    Dimension,
    FieldRule,
    Form,
    Kind,
    Model,
    Parameter,
    ProviderRoute,
    Rate,
    Schema,
    Unit,
)
from tidegate.domain.money import Money

CATALOG_FILE: Final = Path(__file__).parent.parent / "catalog.json"


@dataclass(frozen=True, slots=True)
class Catalog:
    """All models, in the file's order."""

    models: tuple[Model, ...]

    def model(self, identifier: str, media_type: MediaType | None = None) -> Model:
        """Find a model, of this media type if one is given.

        Raises:
            ModelNotFound: no such model, or it makes something else.
        """
        for model in self.models:
            if model.identifier == identifier and media_type in {None, model.media_type}:
                return model
        raise ModelNotFound(
            f"There is no {media_type or ''} model {shortened(identifier)!r}.".replace("  ", " ")
        )

    def offered(self, identifier: str, now_ms: int) -> Model:
        """Find a model that can be ordered at this instant.

        Raises:
            ModelNotFound: no such model, or it has retired.
        """
        model = self.model(identifier)
        if model.has_retired(now_ms):
            raise ModelNotFound(f"{identifier} was retired on {model.retires_on}.")
        return model

    def offered_models(self, now_ms: int) -> tuple[Model, ...]:
        """The models that can be ordered at this instant."""
        return tuple(model for model in self.models if not model.has_retired(now_ms))


@cache
def load_catalog(path: Path | None = None) -> Catalog:
    """Read the catalogue, once per file.

    Raises:
        KeyError, ValueError, TypeError: the file is not a catalogue; ``validate_catalog`` says where.
    """
    return read_catalog(json.loads((path or CATALOG_FILE).read_text(encoding="utf-8")))


def read_catalog(raw: Mapping[str, Any]) -> Catalog:
    """Build the catalogue from the file's content, which must be valid."""
    return Catalog(tuple(_model(entry) for entry in raw["models"]))


def _model(raw: Mapping[str, Any]) -> Model:
    retires_on = raw.get("retires_on")
    return Model(
        identifier=raw["identifier"],
        media_type=MediaType(raw["media_type"]),
        price=_rate(raw["price"]),
        schema=_schema(raw["schema"]),
        specific={name: _parameter(value) for name, value in raw.get("specific", {}).items()},
        routes=tuple(_route(entry) for entry in raw["routes"]),
        retires_on=date.fromisoformat(retires_on) if retires_on else None,
    )


def _schema(raw: Mapping[str, Any]) -> Schema:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in raw.items()}
    return Schema(**values)


def _rate(raw: Mapping[str, Any]) -> Rate:
    amounts = raw["amounts"] if "by" in raw else {"": raw["amount"]}
    return Rate(
        Unit(raw["per"]),
        tuple(Dimension(name) for name in raw.get("by", ())),
        {key: Money.of(amount) for key, amount in amounts.items()},
    )


def _parameter(raw: Mapping[str, Any]) -> Parameter:
    bounds = {name: raw.get(name) for name in ("minimum", "maximum", "max_length")}
    return Parameter(Kind(raw["type"]), **bounds, choices=tuple(raw.get("choices", ())))


def _route(raw: Mapping[str, Any]) -> ProviderRoute:
    base = ProviderRoute(
        provider=raw["provider"],
        native_model=raw["native_model"],
        cost=_rate(raw["cost"]),
        fields={name: _field_rule(value) for name, value in raw["fields"].items()},
        constants=raw.get("constants", {}),
        callbacks=raw.get("callbacks", True),
        needs_input=raw.get("needs_input", False),
    )
    with_input, with_last_frame = raw.get("with_input"), raw.get("with_last_frame")
    return replace(
        base,
        with_input=_variant(base, with_input) if with_input else None,
        with_last_frame=_variant(base, with_last_frame) if with_last_frame else None,
    )


def _variant(base: ProviderRoute, raw: Mapping[str, Any]) -> ProviderRoute:
    fields = {name: _field_rule(value) for name, value in raw["fields"].items()}
    return replace(base, native_model=raw["native_model"], fields={**base.fields, **fields})


def _field_rule(raw: str | Mapping[str, Any] | None) -> FieldRule:
    if not isinstance(raw, Mapping):
        return FieldRule(raw)
    only = raw.get("only")
    return FieldRule(
        to=raw.get("to"),
        form=Form(raw.get("form", Form.SAME)),
        values=raw.get("values"),
        only=None if only is None else frozenset(only),
        max_length=raw.get("max_length"),
    )
