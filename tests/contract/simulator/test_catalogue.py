"""The gateway's catalogue against the simulated models: what we would send, the vendors must take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

import pytest

from local.simulator.catalog import load_catalog as load_simulated
from tidegate.domain.catalog import load_catalog
from tidegate.domain.model import Kind, Model, Parameter
from tidegate.domain.parameters import validate_params
from tidegate.domain.translation import can_serve, native_input

FILE = "https://files.example/in.png"
MODELS = load_catalog().models


def requests(model: Model) -> Iterator[Mapping[str, Any]]:
    """Requests that together use every value of the model's schema, with and without an input file."""
    schema = model.schema
    columns = zip_longest(schema.ratios, schema.formats, schema.durations, schema.resolutions)
    for ratio, file_format, duration, resolution in columns:
        given: dict[str, Any] = {
            "generation_prompt": "a lighthouse",
            "generation_ratio": ratio,
            "generation_output_format": file_format,
            "generation_duration": duration,
            "generation_resolution": resolution,
        }
        kept = {name: value for name, value in given.items() if value is not None}
        yield kept
        yield {**kept, **{name: _largest(rule) for name, rule in model.specific.items()}}
        if schema.input_files_max:
            yield {**kept, "generation_input_file": [FILE]}


def _largest(rule: Parameter) -> object:
    """A value at the upper end of what a model-specific parameter takes."""
    if rule.choices:
        return rule.choices[-1]
    usual = {Kind.BOOLEAN: True, Kind.STRING: "fog"}
    return usual.get(rule.kind, rule.maximum)


@pytest.mark.parametrize("model", MODELS, ids=[model.identifier for model in MODELS])
def test_every_request_that_we_would_send_is_taken_whole(model: Model) -> None:
    served = 0
    for given in requests(model):
        params = validate_params(model, given)
        for provider in model.providers:
            route = model.route(provider, params)
            if not can_serve(route, params):
                continue
            simulated = load_simulated().find(provider, route.native_model)
            assert simulated is not None, f"{provider} has no {route.native_model}"
            native = native_input(route, params)
            simulated.read(native)
            assert simulated.ignored(native) == []
            served += 1
    assert served
