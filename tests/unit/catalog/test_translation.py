"""Our parameters in the providers' words, as contracts/providers.md names them (§1.8, §2.8, §11)."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.unit.catalog.translation_jobs import JOBS, ONE, TWO
from tidegate.domain.catalog import load_catalog
from tidegate.domain.model import FieldRule, Form, Model, ProviderRoute
from tidegate.domain.parameters import validate_params
from tidegate.domain.translation import can_serve, native_input, native_names

CATALOG = load_catalog()
# The same for the models that came later, as data: what is asked for, and what each provider is sent.
MORE_JOBS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "jobs.json").read_text(encoding="utf-8")
)
FAL_WORDS = {
    "1:1": "square_hd",
    "16:9": "landscape_16_9",
    "9:16": "portrait_16_9",
    "4:3": "landscape_4_3",
    "3:4": "portrait_4_3",
}


def _job(identifier: str, provider: str, given: dict[str, Any]) -> tuple[str, dict[str, object]]:
    model = CATALOG.model(identifier)
    names = {f"generation_{name}": value for name, value in given.items()}
    params = validate_params(model, {"generation_prompt": "a seal", **names})
    route = model.route(provider, params)
    return route.native_model, native_input(route, params)


@pytest.mark.parametrize(("identifier", "given", "replicate", "fal"), JOBS)
def test_every_model_speaks_both_providers_words(
    identifier: str,
    given: dict[str, Any],
    replicate: tuple[str, dict[str, Any]],
    fal: tuple[str, dict[str, Any]],
) -> None:
    assert _job(identifier, "replicate", given) == replicate
    assert _job(identifier, "fal", given) == fal


@pytest.mark.parametrize(
    ("job", "provider"),
    [(job, provider) for job in MORE_JOBS for provider in job["sent"]],
    ids=lambda value: value if isinstance(value, str) else value["identifier"],
)
def test_a_job_is_written_in_the_providers_words(job: dict[str, Any], provider: str) -> None:
    assert list(_job(job["identifier"], provider, job["given"])) == job["sent"][provider]


def test_every_model_is_in_the_tables() -> None:
    named = {job[0] for job in JOBS} | {job["identifier"] for job in MORE_JOBS}
    assert named == {model.identifier for model in CATALOG.models}


def _least(model: Model) -> dict[str, Any]:
    return {"duration": model.schema.durations[0]} if model.schema.durations else {}


@pytest.mark.parametrize(
    ("identifier", "ratio"),
    [
        (model.identifier, ratio)
        for model in CATALOG.models
        for ratio in model.schema.ratios
        if "fal" in model.providers and "image_size" in _job(model.identifier, "fal", _least(model))[1]
    ],
)
def test_a_ratio_becomes_a_size_of_that_ratio_at_fal(identifier: str, ratio: str) -> None:
    size = _job(identifier, "fal", {"ratio": ratio})[1]["image_size"]
    if isinstance(size, str) and "x" in size:
        size = dict(zip(("width", "height"), map(int, size.split("x")), strict=True))
    if isinstance(size, dict):
        width, height = map(int, ratio.split(":"))
        assert size["width"] * height == pytest.approx(size["height"] * width, rel=0.01)
        assert size["width"] % 16 == size["height"] % 16 == 0
    else:
        assert size == FAL_WORDS[ratio]


def _route(**fields: FieldRule) -> ProviderRoute:
    route = CATALOG.model("bfl/flux-schnell").routes[0]
    return replace(route, fields={f"generation_{name}": rule for name, rule in fields.items()}, constants={})


@pytest.mark.parametrize(
    ("rule", "value", "native"),
    [
        (FieldRule("x"), 5, {"x": 5}),
        (FieldRule("x"), Decimal("2.5"), {"x": 2.5}),
        (FieldRule("x"), Decimal(7), {"x": 7}),
        (FieldRule("x", Form.TEXT), 5, {"x": "5"}),
        (FieldRule("x", Form.TEXT), True, {"x": "true"}),
        (FieldRule("x", Form.FIRST), ["a", "b"], {"x": "a"}),
        (FieldRule("x", values={"true": "on", "false": "off"}), False, {"x": "off"}),
        (FieldRule(None), 5, {}),
    ],
)
def test_a_rule_writes_one_field(rule: FieldRule, value: object, native: dict[str, object]) -> None:
    assert native_input(_route(thing=rule), {"generation_thing": value}) == native


def test_a_whole_decimal_is_written_without_a_point() -> None:
    native = native_input(_route(thing=FieldRule("x")), {"generation_thing": Decimal("7.0")})
    assert isinstance(native["x"], int)


def test_a_parameter_that_the_catalogue_forgot_is_left_out() -> None:
    assert native_input(_route(), {"generation_thing": 5}) == {}


@pytest.mark.parametrize(
    ("rule", "served"),
    [
        (FieldRule("x"), True),
        (FieldRule(None, only=frozenset({"720p"})), True),
        (FieldRule(None, only=frozenset({"1080p"})), False),
        (FieldRule("x", values={"720p": "hd"}), True),
        (FieldRule("x", values={"1080p": "full"}), False),
    ],
)
def test_a_provider_serves_what_its_rules_admit(rule: FieldRule, served: bool) -> None:  # noqa: FBT001
    assert can_serve(_route(resolution=rule), {"generation_resolution": "720p"}) is served


def test_what_is_not_asked_for_can_always_be_served() -> None:
    assert can_serve(_route(resolution=FieldRule(None, only=frozenset())), {})


def test_a_provider_that_needs_a_picture_serves_no_text_alone() -> None:
    route = replace(_route(), needs_input=True)
    assert not can_serve(route, {})
    assert can_serve(route, {"generation_input_file": ONE})


def a_route(rule: FieldRule) -> ProviderRoute:
    """A route with one field."""
    return replace(CATALOG.model("bfl/flux-schnell").routes[0], fields={"x": rule}, constants={})


def test_a_value_may_become_several_fields() -> None:
    size = FieldRule("size", Form.SPREAD, {"1:1": {"width": 1024, "height": 1024}})
    assert native_input(a_route(size), {"x": "1:1"}) == {"width": 1024, "height": 1024}


def test_the_entries_of_a_list_may_become_numbered_fields() -> None:
    numbered = a_route(FieldRule("input_image", Form.NUMBERED))
    assert native_input(numbered, {"x": TWO}) == {"input_image": TWO[0], "input_image_2": TWO[1]}


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        (FieldRule(None), set()),
        (FieldRule("a"), {"a"}),
        (FieldRule("a", Form.NUMBERED), {"a"}),
        (FieldRule("a", Form.SPREAD), set()),
        (FieldRule("a", Form.SPREAD, {"1": {"w": 1, "h": 1}, "2": {"w": 2}, "3": "x"}), {"w", "h"}),
    ],
)
def test_the_fields_that_a_rule_writes_are_known(rule: FieldRule, names: set[str]) -> None:
    assert native_names(rule) == names
