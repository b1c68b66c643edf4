"""Requests that together use every value of a model's schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tidegate.domain.model import Kind, Model, Parameter

FILE = "https://files.example/in.png"
LAST = "https://files.example/last.png"


def requests(model: Model) -> Iterator[Mapping[str, Any]]:
    """Every value of every parameter at least once, each with every way to send pictures."""
    schema = model.schema
    columns: dict[str, Sequence[object]] = {
        "generation_ratio": schema.ratios,
        "generation_output_format": schema.formats,
        "generation_output_number": range(1, schema.number_max + 1),
        "generation_duration": schema.durations,
        "generation_resolution": schema.resolutions,
        "generation_generate_audio": (False, True) if schema.audio else (),
    }
    for file_format in schema.formats:
        for pictures in ways_to_send_pictures(model):
            yield {**_least(model), "generation_output_format": file_format, **pictures}
    for row in range(max(len(values) for values in columns.values())):
        given = {name: values[row % len(values)] for name, values in columns.items() if values}
        for pictures in ways_to_send_pictures(model):
            yield {"generation_prompt": "a lighthouse", **given, **pictures}
            yield {"generation_prompt": "a lighthouse", **given, **pictures, **_largest(model)}


def _least(model: Model) -> dict[str, object]:
    """The defaults of everything that has one."""
    required = {"generation_duration": model.schema.durations[0]} if model.schema.durations else {}
    return {"generation_prompt": "a lighthouse", **required}


def ways_to_send_pictures(model: Model, file: str = FILE) -> list[dict[str, Any]]:
    """None, one, as many as may be, and a first with a last frame: as far as the model takes them."""
    name, most = "generation_input_file", model.schema.input_files_max
    ways: list[dict[str, Any]] = [] if model.needs_input else [{}]
    ways += [{name: [file] * count} for count in sorted({1, most}) if most]
    last = LAST if file == FILE else file
    return ways + ([{name: [file], f"{name}_last_content": last}] if model.schema.last_frame else [])


def _largest(model: Model) -> dict[str, object]:
    return {name: _upper_end(rule) for name, rule in model.specific.items()}


def _upper_end(rule: Parameter) -> object:
    if rule.choices:
        return rule.choices[-1]
    usual = {Kind.BOOLEAN: True, Kind.STRING: "fog"}
    return usual.get(rule.kind, rule.maximum)
