"""Prices and costs: every kind of rate, and how it is rounded."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from typing import Any

import pytest

from tidegate.domain.catalog import load_catalog
from tidegate.domain.model import Dimension, Model, Rate, Unit
from tidegate.domain.money import Money
from tidegate.domain.parameters import validate_params
from tidegate.domain.pricing import audio_mode, cost, price, unit_price

CATALOG = load_catalog()
PUBLISHED = {"bfl/flux-schnell", "bfl/flux-1.1-pro"}


def _params(identifier: str, **given: object) -> dict[str, Any]:
    names = {f"generation_{name}": value for name, value in given.items()}
    return validate_params(CATALOG.model(identifier), {"generation_prompt": "a seal", **names})


@pytest.mark.parametrize(
    ("identifier", "given", "credits_due"),
    [
        ("bfl/flux-schnell", {}, "0.005"),
        ("bfl/flux-1.1-pro", {}, "0.052"),
        ("google/veo-2", {"duration": 5}, "3.25"),
        ("google/veo-2", {"duration": 8}, "5.2"),
        ("bytedance/seedance-1-pro", {"duration": 8, "resolution": "1080p"}, "1.288"),
        ("bytedance/seedance-1-pro", {"duration": 8}, "0.256"),
        ("bytedance/seedance-1.5-pro", {"duration": 8, "resolution": "720p"}, "0.272"),
        ("bytedance/seedance-1.5-pro", {"duration": 8, "generate_audio": True}, "0.536"),
        (
            "bytedance/seedance-1.5-pro",
            {"duration": 12, "resolution": "1080p", "generate_audio": True},
            "1.824",
        ),
        ("minimax/video-01-director", {"duration": 5}, "0.65"),
    ],
)
def test_the_price_follows_the_models_rate(
    identifier: str, given: dict[str, object], credits_due: str
) -> None:
    assert price(CATALOG.model(identifier), _params(identifier, **given)) == Money.of(credits_due)


def _with_price(amount: str, unit: Unit = Unit.IMAGE) -> Model:
    model = CATALOG.model("bfl/flux-schnell")
    return replace(model, price=Rate(unit, (), {"": Money.of(amount)}))


@pytest.mark.parametrize(
    ("amount", "number", "credits_due"),
    [
        ("0.005", 4, "0.02"),  # every output counts
        ("0.0014", 1, "0.001"),  # half up to a thousandth of a credit
        ("0.0015", 1, "0.002"),
        ("0.0005", 3, "0.002"),  # rounded once, for the whole generation
        ("0.0001", 1, "0.001"),  # never nothing
        ("0", 1, "0.001"),
    ],
)
def test_a_generation_is_rounded_to_a_thousandth_of_a_credit(
    amount: str, number: int, credits_due: str
) -> None:
    params = {"generation_output_number": number}
    assert price(_with_price(amount), params) == Money.of(credits_due)


def test_an_image_can_be_priced_by_resolution() -> None:
    rate = Rate(Unit.IMAGE, (Dimension.RESOLUTION,), {"1MP": Money.of("0.03"), "4MP": Money.of("0.06")})
    model = replace(CATALOG.model("bfl/flux-schnell"), price=rate)
    assert price(model, {"generation_output_number": 2, "generation_resolution": "4MP"}) == Money.of("0.12")


def test_audio_alone_can_make_the_price() -> None:
    rate = Rate(Unit.SECOND, (Dimension.AUDIO,), {"audio": Money.of("0.2"), "noaudio": Money.of("0.1")})
    model = replace(CATALOG.model("google/veo-2"), price=rate)
    params: dict[str, Any] = {"generation_output_number": 1, "generation_duration": 8}
    assert price(model, params) == Money.of("0.8")
    assert price(model, {**params, "generation_generate_audio": True}) == Money.of("1.6")
    assert audio_mode({"generation_generate_audio": True}) == "audio"
    assert audio_mode({}) == "noaudio"


def test_the_price_of_a_second_depends_on_what_the_rate_does() -> None:
    model = CATALOG.model("bytedance/seedance-1.5-pro")
    silent, loud = (
        unit_price(model, _params(model.identifier, duration=8, generate_audio=audio))
        for audio in (False, True)
    )
    assert (silent, loud) == (Money.of("0.034"), Money.of("0.067"))


def test_what_the_provider_bills_is_not_rounded() -> None:
    params = _params("bytedance/seedance-1.5-pro", duration=5)
    route = CATALOG.model("bytedance/seedance-1.5-pro").route("fal", params)
    assert cost(route, params) == Money.of("0.1296")


def test_a_clip_costs_the_same_however_long_it_is() -> None:
    params = _params("minimax/video-01-director", duration=5)
    route = CATALOG.model("minimax/video-01-director").route("replicate", params)
    assert cost(route, params) == Money.of("0.5")


@pytest.mark.parametrize("model", CATALOG.models, ids=lambda model: model.identifier)
def test_a_price_that_nobody_published_is_the_dearest_cost_and_thirty_percent(model: Model) -> None:
    for key, amount in model.price.amounts.items():
        dearest = max(
            route.cost.amounts[key].dollars
            / (model.schema.durations[-1] if route.cost.unit is Unit.CLIP else 1)
            for route in model.routes
        )
        derived = (dearest * Decimal("1.3")).quantize(Decimal("0.001"), ROUND_HALF_UP)
        assert (amount.dollars == derived) or model.identifier in PUBLISHED


@pytest.mark.parametrize("model", CATALOG.models, ids=lambda model: model.identifier)
def test_the_price_of_a_generation_covers_its_cost_everywhere(model: Model) -> None:
    resolutions, durations = model.schema.resolutions or (None,), model.schema.durations or (None,)
    for resolution, duration, audio in product(resolutions, durations, (False, True)):
        params = {
            "generation_output_number": 1,
            "generation_resolution": resolution,
            "generation_duration": duration,
            "generation_generate_audio": audio and model.schema.audio,
        }
        assert all(price(model, params) >= cost(route, params) for route in model.routes)
