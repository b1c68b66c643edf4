"""The rules of the catalogue file: each broken rule is named, with its place."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tidegate.domain.catalog import CATALOG_FILE
from tidegate.domain.catalog_rules import validate_catalog

RAW: dict[str, Any] = json.loads(CATALOG_FILE.read_text(encoding="utf-8"))
FLUX, NANO, QWEN, VEO, VEO_31, DANCE, DANCE_15 = (
    "bfl/flux-schnell",
    "google/nano-banana",
    "qwen/image",
    "google/veo-2",
    "google/veo-3.1",
    "bytedance/seedance-1-pro",
    "bytedance/seedance-1.5-pro",
)
LAST = "generation_input_file_last_content"
Change = Callable[[dict[str, Any]], object]


def test_the_shipped_catalogue_keeps_every_rule() -> None:
    assert validate_catalog(RAW) == []


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ([], ""),
        ({**RAW, "models": []}, "models"),
        ({**RAW, "extra": 1}, "extra"),
        (
            {**RAW, "models": [{**RAW["models"][0], "price": {"per": "image", "amount": 0.005}}]},
            "models.0.price",
        ),
        ({**RAW, "models": [{**RAW["models"][0], "retires_on": "soon"}]}, "models.0.retires_on"),
    ],
)
def test_a_file_of_the_wrong_form_is_refused_with_its_place(raw: object, place: str) -> None:
    problems = validate_catalog(raw)
    assert problems
    assert all(problem.startswith(place) for problem in problems)


def _set(*path: str, to: object) -> Change:
    def change(model: dict[str, Any]) -> None:
        _within(model, path)[path[-1]] = to

    return change


def _drop(*path: str) -> Change:
    def change(model: dict[str, Any]) -> None:
        del _within(model, path)[path[-1]]

    return change


def _within(model: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """What the path but its last step leads to; a route is named by its provider."""
    target: Any = model
    for step in path[:-1]:
        is_routes = isinstance(target, list)
        target = next(route for route in target if route["provider"] == step) if is_routes else target[step]
    assert isinstance(target, dict)
    return target


@pytest.mark.parametrize(
    ("identifier", "change", "problem"),
    [
        (FLUX, _set("identifier", to="Flux Schnell"), "the identifier must be lab/model in lower case"),
        (FLUX, _set("schema", "formats", to=["png", "png", "jpg"]), "schema.formats repeats a value"),
        (FLUX, _set("schema", "ratios", to=["square"]), "schema.ratios must look like 16:9"),
        (FLUX, _set("schema", "formats", to=["mp4"]), "schema.formats must be among jpg, png, webp"),
        (
            FLUX,
            _set("schema", "durations", to=[5]),
            "schema.durations belong to videos, and videos need them",
        ),
        (VEO, _drop("schema", "durations"), "schema.durations belong to videos, and videos need them"),
        (FLUX, _set("schema", "audio", to=True), "schema.audio belongs to videos"),
        (FLUX, _set("schema", "last_frame", to=True), "schema.last_frame needs input files"),
        (
            FLUX,
            _set("specific", "seed", to={"type": "boolean"}),
            "specific.seed must be a generation_ name of its own",
        ),
        (
            FLUX,
            _set("specific", "generation_ratio", to={"type": "boolean"}),
            "specific.generation_ratio must be a generation_ name of its own",
        ),
        (
            FLUX,
            _set("specific", "generation_seed", to={"type": "integer", "minimum": 9, "maximum": 1}),
            "specific.generation_seed needs minimum and maximum, in this order",
        ),
        (FLUX, _set("price", "per", to="second"), "price.per cannot be second for image"),
        (FLUX, _set("price", "amount", to="0.0055"), "price is finer than a thousandth of a credit"),
        (FLUX, _set("price", "amount", to="0"), "price must be positive"),
        (
            FLUX,
            _set("routes", "replicate", "cost", "per", to="clip"),
            "routes.replicate: cost.per cannot be clip for image",
        ),
        (
            DANCE,
            _set("price", "by", to=["resolution", "audio"]),
            "price.by names what the schema does not offer",
        ),
        (
            FLUX,
            _set("price", to={"per": "image", "by": ["resolution"], "amounts": {"1MP": "0.03"}}),
            "price.by names what the schema does not offer",
        ),
        (
            DANCE,
            _drop("price", "amounts", "720p"),
            "price must have exactly one amount for every combination",
        ),
        (
            DANCE,
            _set("routes", "fal", "cost", "amounts", "4k", to="1"),
            "routes.fal: cost must have exactly one amount for every combination",
        ),
        (FLUX, _set("routes", "fal", "provider", to="replicate"), "routes name a provider twice"),
        (
            FLUX,
            _drop("routes", "replicate", "fields", "generation_seed"),
            "routes.replicate: generation_seed has no field; null leaves it out on purpose",
        ),
        (
            FLUX,
            _set("routes", "replicate", "fields", "generation_guidance", to="guidance"),
            "routes.replicate: generation_guidance is not a parameter of the model",
        ),
        (
            FLUX,
            _set("routes", "replicate", "fields", "generation_seed", to="prompt"),
            "routes.replicate: prompt is written twice",
        ),
        (
            FLUX,
            _set("routes", "replicate", "constants", to={"seed": 1}),
            "routes.replicate: seed is written twice",
        ),
        (
            FLUX,
            _set("routes", "fal", "fields", "generation_ratio", "form", to="spread"),
            "routes.fal: generation_ratio can spread objects only",
        ),
        (
            FLUX,
            _drop("routes", "fal", "fields", "generation_ratio", "values", "1:1"),
            "routes.fal: generation_ratio must translate exactly the values that it can serve",
        ),
        (
            DANCE_15,
            _set("routes", "replicate", "fields", "generation_resolution", to={"only": ["4k"]}),
            "routes.replicate: generation_resolution names values that the model does not offer",
        ),
        (
            FLUX,
            _set("routes", "replicate", "with_input", to={"native_model": "x", "fields": {}}),
            "routes.replicate: with_input, but the model takes no input files",
        ),
        (
            NANO,
            _drop("routes", "fal", "with_input", "fields", "generation_input_file"),
            "routes.fal.with_input: generation_input_file has no field; null leaves it out on purpose",
        ),
        (
            NANO,
            _drop("routes", "replicate", "fields", "generation_input_file"),
            "routes.replicate: generation_input_file has no field; null leaves it out on purpose",
        ),
        (
            FLUX,
            _set("routes", "replicate", "needs_input", to=True),
            "routes.replicate: needs_input, but the model takes no input files",
        ),
        (
            NANO,
            _set("routes", "replicate", "with_last_frame", to={"native_model": "x", "fields": {}}),
            "routes.replicate: with_last_frame, but the model takes no last frame",
        ),
        (
            VEO_31,
            _drop("routes", "fal", "with_last_frame", "fields", "generation_input_file_last_content"),
            f"routes.fal.with_last_frame: {LAST} has no field; null leaves it out on purpose",
        ),
        (
            VEO_31,
            _drop("routes", "fal", "with_last_frame"),
            f"routes.fal.with_input: {LAST} has no field; null leaves it out on purpose",
        ),
        (
            VEO_31,
            _set("routes", "fal", "with_input", "fields", "generation_input_file_last_content", to="x"),
            "routes.fal.with_input: generation_input_file_last_content is not a parameter of the model",
        ),
        (
            QWEN,
            _set("schema", "input_files_max", to=2),
            "routes.fal: generation_input_file sends one file, but the model takes several",
        ),
        (
            NANO,
            _set("schema", "number_max", to=2),
            "routes.replicate: generation_output_number cannot be left out: the model offers several outputs",
        ),
        (
            FLUX,
            _set("routes", "fal", "cost", "amount", to="0.0051"),
            "routes.fal: a generation costs $0.0051, but $0.005 is charged",
        ),
    ],
)
def test_a_broken_rule_is_named(identifier: str, change: Change, problem: str) -> None:
    raw = copy.deepcopy(RAW)
    model = next(entry for entry in raw["models"] if entry["identifier"] == identifier)
    change(model)
    assert f"{model['identifier']}: {problem}" in validate_catalog(raw)


def test_two_models_of_one_name_are_refused() -> None:
    assert "bfl/flux-1.1-pro: named twice" in validate_catalog({**RAW, "models": RAW["models"] * 2})


def test_one_endpoint_may_take_everything_but_the_last_frame() -> None:
    raw = copy.deepcopy(RAW)
    model = next(entry for entry in raw["models"] if entry["identifier"] == DANCE)
    frames = {"native_model": "x", "fields": {"generation_input_file_last_content": "end"}}
    _set("routes", "replicate", "with_last_frame", to=frames)(model)
    _drop("routes", "replicate", "fields", "generation_input_file_last_content")(model)
    assert validate_catalog(raw) == []


def test_a_model_may_offer_several_outputs_where_every_provider_can() -> None:
    raw = copy.deepcopy(RAW)
    raw["models"][0]["schema"]["number_max"] = 4
    del raw["models"][0]["routes"][2:]  # cloudflare makes one picture at a time
    assert validate_catalog(raw) == []
