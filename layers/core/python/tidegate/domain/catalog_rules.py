"""The rules that ``catalog.json`` must keep. Not on any request's path: the tests and the CLI run them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from tidegate.domain.catalog import Catalog, read_catalog
from tidegate.domain.catalog_file import CatalogFile
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
from tidegate.domain.pricing import amount_key, cost, price
from tidegate.domain.translation import native_names, value_key

_IDENTIFIER: Final = re.compile(r"[a-z0-9][a-z0-9.-]*/[a-z0-9][a-z0-9.-]*")
_RATIO: Final = re.compile(r"[1-9]\d*:[1-9]\d*")
_FORMATS: Final = {MediaType.IMAGE: {"png", "jpg", "webp"}, MediaType.VIDEO: {"mp4"}}
_UNITS: Final = {MediaType.IMAGE: {Unit.IMAGE}, MediaType.VIDEO: {Unit.SECOND}}
_COST_UNITS: Final = {MediaType.IMAGE: {Unit.IMAGE}, MediaType.VIDEO: {Unit.SECOND, Unit.CLIP}}
_LAST_FRAME: Final = "generation_input_file_last_content"
_CREDIT_STEP: Final = Money.of("0.001")


def validate_catalog(raw: object) -> list[str]:
    """Return every way in which a catalogue file breaks the rules; empty when it is sound.

    Each entry begins with the place, such as ``bfl/flux-schnell: routes.fal: …``.
    """
    try:
        CatalogFile.model_validate(raw)
    except ValidationError as error:
        return [f"{'.'.join(map(str, entry['loc']))}: {entry['msg']}" for entry in error.errors()]
    assert isinstance(raw, Mapping)  # noqa: S101  the file's model is an object
    return list(_catalog(read_catalog(raw)))


def _catalog(catalog: Catalog) -> Iterator[str]:
    identifiers = [model.identifier for model in catalog.models]
    for identifier in sorted({name for name in identifiers if identifiers.count(name) > 1}):
        yield f"{identifier}: named twice"
    for model in catalog.models:
        found = [*_schema(model), *_specific(model), *_amounts(model), *_routes(model)]
        yield from (f"{model.identifier}: {problem}" for problem in found or _margins(model))


def _schema(model: Model) -> Iterator[str]:
    schema = model.schema
    if not _IDENTIFIER.fullmatch(model.identifier):
        yield "the identifier must be lab/model in lower case"
    for name in ("ratios", "formats", "durations", "resolutions"):
        values: Sequence[object] = getattr(schema, name)
        if len(set(values)) < len(values):
            yield f"schema.{name} repeats a value"
    if not all(map(_RATIO.fullmatch, schema.ratios)):
        yield "schema.ratios must look like 16:9"
    if not set(schema.formats) <= _FORMATS[model.media_type]:
        yield f"schema.formats must be among {', '.join(sorted(_FORMATS[model.media_type]))}"
    if bool(schema.durations) is not (model.media_type is MediaType.VIDEO):
        yield "schema.durations belong to videos, and videos need them"
    if schema.audio and model.media_type is MediaType.IMAGE:
        yield "schema.audio belongs to videos"
    if schema.last_frame and not schema.input_files_max:
        yield "schema.last_frame needs input files"


def _specific(model: Model) -> Iterator[str]:
    for name, parameter in model.specific.items():
        if not name.startswith("generation_") or name in _offered(model.schema, {}):
            yield f"specific.{name} must be a generation_ name of its own"
        if parameter.kind in {Kind.INTEGER, Kind.NUMBER} and not _is_range(parameter):
            yield f"specific.{name} needs minimum and maximum, in this order"


def _is_range(parameter: Parameter) -> bool:
    low, high = parameter.minimum, parameter.maximum
    return low is not None and high is not None and low <= high


def _amounts(model: Model) -> Iterator[str]:
    if model.price.unit not in _UNITS[model.media_type]:
        yield f"price.per cannot be {model.price.unit} for {model.media_type}"
    if any(amount.micros % _CREDIT_STEP.micros for amount in model.price.amounts.values()):
        yield "price is finer than a thousandth of a credit"
    yield from _rate("price", model.price, model.schema)
    for route in model.routes:
        if route.cost.unit not in _COST_UNITS[model.media_type]:
            yield f"routes.{route.provider}: cost.per cannot be {route.cost.unit} for {model.media_type}"
        yield from _rate(f"routes.{route.provider}: cost", route.cost, model.schema)


def _rate(place: str, rate: Rate, schema: Schema) -> Iterator[str]:
    if not all(amount.micros > 0 for amount in rate.amounts.values()):
        yield f"{place} must be positive"
    if (Dimension.AUDIO in rate.by and not schema.audio) or (
        Dimension.RESOLUTION in rate.by and not schema.resolutions
    ):
        yield f"{place}.by names what the schema does not offer"
    elif rate.amounts.keys() != {amount_key(rate.by, params) for params in _priced_params(schema)}:
        yield f"{place} must have exactly one amount for every combination"


def _priced_params(schema: Schema) -> Iterator[dict[str, Any]]:
    """Every combination of parameters that can change a price."""
    for resolution, audio, duration in itertools.product(
        schema.resolutions or ("",), (False, True) if schema.audio else (False,), schema.durations or (0,)
    ):
        yield {
            "generation_output_number": 1,
            "generation_resolution": resolution,
            "generation_generate_audio": audio,
            "generation_duration": duration,
        }


def _routes(model: Model) -> Iterator[str]:
    if len(set(model.providers)) < len(model.providers):
        yield "routes name a provider twice"
    offered = _offered(model.schema, model.specific)
    for route in model.routes:
        place = f"routes.{route.provider}"
        yield from (f"{place}: {problem}" for problem in _shortfalls(model.schema, route))
        yield from (f"{place}: {name} has a complement only from 0 to 1" for name in _unbounded(model, route))
        yield from _variants(place, route, offered)


def _variants(place: str, route: ProviderRoute, offered: Mapping[str, list[object]]) -> Iterator[str]:
    """Every endpoint of a route sends what can come to it, and nothing else."""
    inputs = {name for name in offered if name.startswith("generation_input_file")}
    if route.needs_input and not inputs:
        yield f"{place}: needs_input, but the model takes no input files"
    if route.with_input is not None and not inputs:
        yield f"{place}: with_input, but the model takes no input files"
        return
    if route.with_last_frame is not None and _LAST_FRAME not in inputs:
        yield f"{place}: with_last_frame, but the model takes no last frame"
        return
    elsewhere = inputs if route.with_input else {_LAST_FRAME} if route.with_last_frame else set()
    yield from _fields(place, route, _without(offered, elsewhere))
    if route.with_input is not None:
        last = {_LAST_FRAME} if route.with_last_frame else set()
        yield from _fields(f"{place}.with_input", route.with_input, _without(offered, last))
    if route.with_last_frame is not None:
        yield from _fields(f"{place}.with_last_frame", route.with_last_frame, offered)


def _unbounded(model: Model, route: ProviderRoute) -> Iterator[str]:
    """The parameters that are sent as a complement and are no share of one."""
    for name, rule in (route.with_input or route).fields.items():
        parameter = model.specific.get(name)
        is_share = parameter is not None and (parameter.minimum, parameter.maximum) == (0, 1)
        if rule.form is Form.COMPLEMENT and not is_share:
            yield name


def _shortfalls(schema: Schema, route: ProviderRoute) -> Iterator[str]:
    """What the schema promises, but the provider cannot do."""
    number = route.fields.get("generation_output_number")
    if schema.number_max > 1 and (number is None or number.to is None):
        yield "generation_output_number cannot be left out: the model offers several outputs"
    files = (route.with_input or route).fields.get("generation_input_file")
    if schema.input_files_max > 1 and files is not None and files.form is Form.FIRST:
        yield "generation_input_file sends one file, but the model takes several"


def _without(offered: Mapping[str, list[object]], names: set[str]) -> dict[str, list[object]]:
    return {name: values for name, values in offered.items() if name not in names}


def _offered(schema: Schema, specific: Mapping[str, Parameter]) -> dict[str, list[object]]:
    """Every parameter that the model accepts, with its possible values where they can be listed."""
    offered: dict[str, list[object]] = {
        "generation_prompt": [],
        "generation_ratio": [*schema.ratios],
        "generation_output_format": [*schema.formats],
        "generation_output_number": [*range(1, schema.number_max + 1)],
    }
    optional: dict[str, list[object]] = {
        "generation_duration": [*schema.durations],
        "generation_resolution": [*schema.resolutions],
        "generation_generate_audio": [False, True] if schema.audio else [],
    }
    offered |= {name: values for name, values in optional.items() if values}
    if schema.input_files_max:
        offered["generation_input_file"] = []
    if schema.last_frame:
        offered[_LAST_FRAME] = []
    return offered | {name: [*parameter.choices] for name, parameter in specific.items()}


def _fields(place: str, route: ProviderRoute, offered: Mapping[str, list[object]]) -> Iterator[str]:
    for name in sorted(offered.keys() - route.fields.keys()):
        yield f"{place}: {name} has no field; null leaves it out on purpose"
    for name in sorted(route.fields.keys() - offered.keys()):
        yield f"{place}: {name} is not a parameter of the model"
    targets = [name for rule in route.fields.values() for name in native_names(rule)] + [*route.constants]
    for target in sorted({target for target in targets if targets.count(target) > 1}):
        yield f"{place}: {target} is written twice"
    for name in offered.keys() & route.fields.keys():
        yield from (f"{place}: {name} {problem}" for problem in _rule(route.fields[name], offered[name]))


def _rule(rule: FieldRule, values: list[object]) -> Iterator[str]:
    known = {value_key(value) for value in values}
    if rule.only is not None and not rule.only <= known:
        yield "names values that the model does not offer"
    if rule.values is not None and set(rule.values) != (rule.only or known):
        yield "must translate exactly the values that it can serve"
    objects = rule.values is not None and all(isinstance(value, dict) for value in rule.values.values())
    if rule.form is Form.SPREAD and not objects:
        yield "can spread objects only"


def _margins(model: Model) -> Iterator[str]:
    """We never sell below cost, whichever provider serves it."""
    for route, params in itertools.product(model.routes, _priced_params(model.schema)):
        paid, billed = price(model, params), cost(route, params)
        if paid < billed:
            yield f"routes.{route.provider}: a generation costs {billed}, but {paid} is charged"
