"""Whatever the catalogue can write, the simulated vendors take, field for field."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from local.simulator.catalog import load_catalog as load_simulated
from tidegate.domain.catalog import load_catalog
from tidegate.domain.model import Kind, Model, Parameter
from tidegate.domain.parameters import resolve_providers, validate_params
from tidegate.domain.translation import native_input

SIMULATED = load_simulated()
FILES = ["https://example.com/seal.jpg"]


def _bodies(model: Model) -> Iterator[dict[str, Any]]:
    schema = model.schema
    for ratio, file_format, duration, resolution, files in product(
        schema.ratios,
        schema.formats,
        schema.durations or (None,),
        schema.resolutions or (None,),
        _pictures(model),
    ):
        body = {
            "generation_ratio": ratio,
            "generation_output_format": file_format,
            "generation_duration": duration,
            "generation_resolution": resolution,
            "generation_generate_audio": True if schema.audio else None,
            "generation_input_file": files,
            "generation_input_file_last_content": FILES[0] if files and schema.last_frame else None,
            **{name: _example(parameter) for name, parameter in model.specific.items()},
        }
        yield {"generation_prompt": "a seal"} | {k: v for k, v in body.items() if v is not None}


def _pictures(model: Model) -> tuple[list[str] | None, ...]:
    if model.needs_input:
        return (FILES,)
    return (None, FILES) if model.schema.input_files_max else (None,)


def _example(parameter: Parameter) -> object:
    return "blurry" if parameter.kind is Kind.STRING else parameter.maximum


@pytest.mark.parametrize("model", load_catalog().models, ids=lambda model: model.identifier)
def test_the_vendors_take_every_input(model: Model) -> None:
    for body in _bodies(model):
        params = validate_params(model, body)
        for provider in resolve_providers(model, params):
            route = model.route(provider, params)
            vendor = SIMULATED.find(provider, route.native_model)
            assert vendor is not None, route.native_model
            given = native_input(route, params)
            assert vendor.ignored(given) == []
            vendor.read(given)  # raises InvalidInput on a wrong value
