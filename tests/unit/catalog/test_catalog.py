"""Finding models and routes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tidegate.domain.catalog import CATALOG_FILE, Catalog, load_catalog, read_catalog
from tidegate.domain.errors import ModelNotFound
from tidegate.domain.generation import MediaType
from tidegate.domain.model import Dimension, Kind, Parameter, Unit
from tidegate.domain.money import Money

NOON_MS = 1_763_121_600_000  # 2025-11-14T12:00:00Z
CATALOG = load_catalog()


# Every model that the hosted product is known to have (contracts: BabySea §6.4).
HOSTED = {
    "bfl/flux-schnell",
    "bfl/flux-1.1-pro",
    "bfl/flux-1.1-pro-ultra",
    "bfl/flux-2-flex",
    "bfl/flux-2-max",
    "bfl/flux-2-pro",
    "bfl/flux-2-klein-4b",
    "bfl/flux-2-klein-9b",
    "bytedance/seedream-4",
    "bytedance/seedream-4.5",
    "bytedance/seedream-5-lite",
    "qwen/image",
    "google/nano-banana",
    "google/veo-2",
    "bytedance/seedance-1-pro",
    "bytedance/seedance-1-pro-fast",
    "bytedance/seedance-1.5-pro",
    "minimax/video-01-director",
    "kling/v1.5-pro",
}


def test_every_model_that_the_hosted_product_is_known_to_have_is_there() -> None:
    assert {model.identifier for model in CATALOG.models} >= HOSTED


@pytest.mark.parametrize(
    ("unit", "by", "identifier"),
    [
        (Unit.IMAGE, (), "bfl/flux-schnell"),
        (Unit.IMAGE, (Dimension.RESOLUTION,), "google/nano-banana-2"),
        (Unit.SECOND, (), "google/veo-2"),
        (Unit.SECOND, (Dimension.RESOLUTION,), "bytedance/seedance-1-pro"),
        (Unit.SECOND, (Dimension.RESOLUTION, Dimension.AUDIO), "google/veo-3.1"),
    ],
)
def test_every_kind_of_price_has_its_models(unit: Unit, by: tuple[Dimension, ...], identifier: str) -> None:
    priced = {m.identifier for m in CATALOG.models if (m.price.unit, m.price.by) == (unit, by)}
    assert identifier in priced


def test_a_retired_model_stays_in_the_file_so_that_its_generations_can_be_read() -> None:
    gone, going = CATALOG.model("openai/gpt-image-1"), CATALOG.model("openai/gpt-image-1.5")
    assert (gone.retires_on, going.retires_on) == (date(2026, 10, 23), date(2026, 12, 1))


def test_a_file_is_read_once() -> None:
    assert load_catalog() is CATALOG


def test_another_file_can_be_read(tmp_path: Path) -> None:
    raw = json.loads(CATALOG_FILE.read_text(encoding="utf-8"))
    raw["models"] = raw["models"][:1]
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(raw), encoding="utf-8")
    assert [model.identifier for model in load_catalog(path).models] == ["bfl/flux-schnell"]


def test_a_model_is_found_by_name_and_by_what_it_makes() -> None:
    model = CATALOG.model("google/veo-2")
    assert CATALOG.model("google/veo-2", MediaType.VIDEO) is model
    assert model.media_type is MediaType.VIDEO


@pytest.mark.parametrize(
    ("identifier", "media_type", "message"),
    [
        ("acme/none", None, "There is no model 'acme/none'."),
        ("google/veo-2", MediaType.IMAGE, "There is no image model 'google/veo-2'."),
        ("", None, "There is no model ''."),
    ],
)
def test_a_model_that_is_not_there_is_named(
    identifier: str, media_type: MediaType | None, message: str
) -> None:
    with pytest.raises(ModelNotFound) as caught:
        CATALOG.model(identifier, media_type)
    assert caught.value.message == message


def test_a_rate_without_dimensions_has_one_amount() -> None:
    rate = CATALOG.model("bfl/flux-schnell").price
    assert (rate.unit, rate.by, rate.amounts) == (Unit.IMAGE, (), {"": Money.of("0.005")})


def test_a_rate_can_depend_on_resolution_and_audio() -> None:
    rate = CATALOG.model("bytedance/seedance-1.5-pro").price
    assert (rate.unit, rate.by) == (Unit.SECOND, (Dimension.RESOLUTION, Dimension.AUDIO))
    assert rate.amounts["720p_noaudio"] == Money.of("0.034")


def test_specific_parameters_carry_type_and_range() -> None:
    assert CATALOG.model("qwen/image").specific == {
        "generation_negative_prompt": Parameter(Kind.STRING, max_length=10_000),
        "generation_seed": Parameter(Kind.INTEGER, minimum=0, maximum=2**31 - 1),
        "generation_guidance": Parameter(Kind.NUMBER, minimum=0, maximum=10),
        "generation_image_strength": Parameter(Kind.NUMBER, minimum=0, maximum=1),
    }


@pytest.mark.parametrize(
    ("identifier", "text", "with_input"),
    [
        ("google/nano-banana", "fal-ai/nano-banana", "fal-ai/nano-banana/edit"),
        ("google/veo-2", "fal-ai/veo2", "fal-ai/veo2/image-to-video"),
        ("qwen/image", "fal-ai/qwen-image", "fal-ai/qwen-image/image-to-image"),
    ],
)
def test_fal_has_an_endpoint_of_its_own_for_input_files(identifier: str, text: str, with_input: str) -> None:
    model = CATALOG.model(identifier)
    files = {"generation_input_file": ["https://example.com/seal.jpg"]}
    assert model.route("fal", {}).native_model == text
    assert model.route("fal", {"generation_input_file": []}).native_model == text
    assert model.route("fal", files).native_model == with_input
    assert model.route("fal", files).provider == "fal"


def test_fal_has_a_third_endpoint_for_a_first_and_a_last_frame() -> None:
    model = CATALOG.model("google/veo-3.1")
    first = {"generation_input_file": ["https://example.com/seal.jpg"]}
    both = {**first, "generation_input_file_last_content": "https://example.com/last.jpg"}
    natives = [model.route("fal", params).native_model for params in ({}, first, both)]
    assert natives == [
        "fal-ai/veo3.1",
        "fal-ai/veo3.1/image-to-video",
        "fal-ai/veo3.1/first-last-frame-to-video",
    ]


def test_a_model_needs_a_picture_when_all_of_its_providers_do() -> None:
    model = CATALOG.model("kling/v1.5-pro")
    assert [route.needs_input for route in model.routes] == [True, False]
    assert not model.needs_input
    assert replace(model, routes=model.routes[:1]).needs_input


def test_replicate_takes_input_files_on_the_same_endpoint() -> None:
    model = CATALOG.model("google/nano-banana")
    files = {"generation_input_file": ["https://example.com/seal.jpg"]}
    assert model.route("replicate", files) is model.route("replicate", {})


def test_a_provider_that_the_catalogue_does_not_name_is_an_error() -> None:
    with pytest.raises(KeyError, match="no route to bfl"):
        CATALOG.model("bfl/flux-schnell").route("bfl", {})


def test_a_retired_model_is_not_offered_from_its_date_on() -> None:
    model = CATALOG.model("bfl/flux-schnell")
    assert not model.has_retired(NOON_MS)
    assert not replace(model, retires_on=date(2025, 11, 15)).has_retired(NOON_MS)
    assert replace(model, retires_on=date(2025, 11, 14)).has_retired(NOON_MS)


def test_only_what_has_not_retired_can_be_ordered() -> None:
    retired, offered = replace(CATALOG.models[0], retires_on=date(2025, 11, 14)), CATALOG.models[1]
    catalog = Catalog((retired, offered))
    assert catalog.offered_models(NOON_MS) == (offered,)
    assert catalog.offered(offered.identifier, NOON_MS) is offered
    with pytest.raises(ModelNotFound, match="retired on 2025-11-14"):
        catalog.offered(retired.identifier, NOON_MS)
    with pytest.raises(ModelNotFound):
        catalog.offered("acme/none", NOON_MS)


def test_a_retirement_date_is_read() -> None:
    raw = json.loads(CATALOG_FILE.read_text(encoding="utf-8"))
    raw["models"][0]["retires_on"] = "2027-03-15"
    assert read_catalog(raw).models[0].retires_on == date(2027, 3, 15)
