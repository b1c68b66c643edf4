"""Every parameter, right and wrong in each way, against the models' schemas."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tidegate.domain.catalog import load_catalog
from tidegate.domain.errors import InvalidInput, ParameterOutOfRange, UnsupportedProviderOrder
from tidegate.domain.model import Kind, Model, Parameter
from tidegate.domain.parameters import resolve_providers, validate_params

CATALOG = load_catalog()
FLUX, NANO, QWEN, VEO, DANCE, DANCE_15 = (
    "bfl/flux-schnell",
    "google/nano-banana",
    "qwen/image",
    "google/veo-2",
    "bytedance/seedance-1-pro",
    "bytedance/seedance-1.5-pro",
)
URL = "https://example.com/seal.jpg"


def _given(**given: Any) -> dict[str, Any]:
    return {f"generation_{name}": value for name, value in ({"prompt": "a seal"} | given).items()}


def test_the_first_listed_value_is_the_default() -> None:
    assert validate_params(CATALOG.model(FLUX), _given()) == {
        "generation_prompt": "a seal",
        "generation_ratio": "1:1",
        "generation_output_format": "png",
        "generation_output_number": 1,
    }


def test_a_video_has_its_own_parameters_and_defaults() -> None:
    assert validate_params(CATALOG.model(DANCE_15), _given(duration=8)) == {
        "generation_prompt": "a seal",
        "generation_ratio": "16:9",
        "generation_output_format": "mp4",
        "generation_output_number": 1,
        "generation_duration": 8,
        "generation_resolution": "720p",
        "generation_generate_audio": False,
    }


@pytest.mark.parametrize(
    ("identifier", "given", "name", "stored"),
    [
        (FLUX, {"prompt": "  a seal \n"}, "prompt", "a seal"),
        (FLUX, {"prompt": "x" * 5_000}, "prompt", "x" * 5_000),
        (FLUX, {"prompt": " " + "x" * 5_000 + " "}, "prompt", "x" * 5_000),
        (FLUX, {"ratio": "9:21"}, "ratio", "9:21"),
        (FLUX, {"output_format": "jpg"}, "output_format", "jpg"),
        (FLUX, {"output_number": 1.0}, "output_number", 1),
        (FLUX, {"seed": 0}, "seed", 0),
        (FLUX, {"seed": 42.0}, "seed", 42),
        (FLUX, {"seed": 2**31 - 1}, "seed", 2**31 - 1),
        (QWEN, {"guidance": 7}, "guidance", 7),
        (QWEN, {"guidance": 2.5}, "guidance", Decimal("2.5")),
        (QWEN, {"guidance": 10.0}, "guidance", 10),
        (QWEN, {"negative_prompt": ""}, "negative_prompt", ""),
        (QWEN, {"negative_prompt": "x" * 10_000}, "negative_prompt", "x" * 10_000),
        (NANO, {"input_file": [URL] * 3}, "input_file", [URL] * 3),
        (VEO, {"duration": 5.0}, "duration", 5),
        (DANCE, {"duration": 5, "resolution": "1080p"}, "resolution", "1080p"),
        (DANCE_15, {"duration": 5, "generate_audio": True}, "generate_audio", True),
    ],
)
def test_an_accepted_value_is_stored_in_its_plain_form(
    identifier: str, given: dict[str, Any], name: str, stored: object
) -> None:
    value = validate_params(CATALOG.model(identifier), _given(**given))[f"generation_{name}"]
    assert (value, type(value)) == (stored, type(stored))


def test_first_and_last_frame_go_together() -> None:
    params = validate_params(
        CATALOG.model(DANCE), _given(duration=5, input_file=[URL], input_file_last_content=URL)
    )
    assert params["generation_input_file"] == [URL]
    assert params["generation_input_file_last_content"] == URL


@pytest.mark.parametrize("identifier", [FLUX, NANO])
def test_an_empty_list_of_input_files_is_none(identifier: str) -> None:
    assert "generation_input_file" not in validate_params(CATALOG.model(identifier), _given(input_file=[]))


@pytest.mark.parametrize(
    ("identifier", "given", "field"),
    [
        (FLUX, {"prompt": ""}, "prompt"),
        (FLUX, {"prompt": " \t"}, "prompt"),
        (FLUX, {"prompt": None}, "prompt"),
        (FLUX, {"prompt": ["a seal"]}, "prompt"),
        (FLUX, {"prompt": "x" * 5_001}, "prompt"),
        (FLUX, {"ratio": "2:1"}, "ratio"),
        (FLUX, {"ratio": ""}, "ratio"),
        (FLUX, {"ratio": None}, "ratio"),
        (FLUX, {"ratio": ["1:1"]}, "ratio"),
        (FLUX, {"output_format": "jpeg"}, "output_format"),
        (FLUX, {"output_format": "mp4"}, "output_format"),
        (VEO, {"duration": 5, "output_format": "png"}, "output_format"),
        (FLUX, {"output_number": "1"}, "output_number"),
        (FLUX, {"output_number": True}, "output_number"),
        (FLUX, {"output_number": 1.5}, "output_number"),
        (FLUX, {"output_number": None}, "output_number"),
        (FLUX, {"duration": 5}, "duration"),
        (FLUX, {"resolution": "720p"}, "resolution"),
        (FLUX, {"generate_audio": False}, "generate_audio"),
        (FLUX, {"input_file": [URL]}, "input_file"),
        (FLUX, {"input_file_last_content": URL}, "input_file_last_content"),
        (FLUX, {"guidance": 7}, "guidance"),
        (FLUX, {"sedd": 7}, "sedd"),
        (FLUX, {"seed": "42"}, "seed"),
        (FLUX, {"seed": True}, "seed"),
        (FLUX, {"seed": 1.5}, "seed"),
        (FLUX, {"seed": float("inf")}, "seed"),
        (QWEN, {"guidance": float("nan")}, "guidance"),
        (QWEN, {"guidance": 5e-324}, "guidance"),
        (QWEN, {"guidance": 1e-131}, "guidance"),
        (QWEN, {"guidance": 1e300}, "guidance"),
        (QWEN, {"guidance": "7"}, "guidance"),
        (QWEN, {"negative_prompt": 7}, "negative_prompt"),
        (QWEN, {"negative_prompt": "x" * 10_001}, "negative_prompt"),
        (VEO, {}, "duration"),
        (VEO, {"duration": 4}, "duration"),
        (VEO, {"duration": 0}, "duration"),
        (VEO, {"duration": -5}, "duration"),
        (VEO, {"duration": 1e9}, "duration"),
        (VEO, {"duration": "5"}, "duration"),
        (VEO, {"duration": None}, "duration"),
        (DANCE, {"duration": 5, "resolution": "4k"}, "resolution"),
        (DANCE, {"duration": 5, "resolution": None}, "resolution"),
        (DANCE, {"duration": 5, "generate_audio": True}, "generate_audio"),
        (DANCE, {"duration": 5, "input_file_last_content": URL}, "input_file_last_content"),
        (
            DANCE,
            {"duration": 5, "input_file": [URL], "input_file_last_content": 7},
            "input_file_last_content",
        ),
        (
            DANCE,
            {"duration": 5, "input_file": [URL], "input_file_last_content": ""},
            "input_file_last_content",
        ),
        (DANCE, {"duration": 5, "input_file": [URL, URL]}, "input_file"),
        (DANCE_15, {"duration": 5, "generate_audio": "true"}, "generate_audio"),
        (DANCE_15, {"duration": 5, "generate_audio": 1}, "generate_audio"),
        (NANO, {"input_file": URL}, "input_file"),
        (NANO, {"input_file": None}, "input_file"),
        (NANO, {"input_file": {}}, "input_file"),
        (NANO, {"input_file": [7]}, "input_file"),
        (NANO, {"input_file": [URL] * 4}, "input_file"),
        (NANO, {"input_file": ["seal.jpg"]}, "input_file"),
        (NANO, {"input_file": ["ftp://example.com/seal.jpg"]}, "input_file"),
        (NANO, {"input_file": ["data:image/png;base64,AAAA"]}, "input_file"),
        (NANO, {"input_file": ["https://me:pass@example.com/seal.jpg"]}, "input_file"),
        (NANO, {"input_file": ["https://exa mple.com/seal.jpg"]}, "input_file"),
    ],
)
def test_a_wrong_value_is_refused_by_name(identifier: str, given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        validate_params(CATALOG.model(identifier), _given(**given))
    assert caught.value.details["field"] == f"generation_{field}"
    assert caught.value.code == "invalid_input"
    assert f"generation_{field}" in caught.value.message


def test_a_wrong_entry_of_a_list_is_told_by_its_place() -> None:
    with pytest.raises(InvalidInput) as caught:
        validate_params(CATALOG.model(NANO), _given(input_file=[URL, "seal.jpg"]))
    assert caught.value.details == {"field": "generation_input_file", "index": 1}


def test_an_unknown_name_is_told_back_only_in_part() -> None:
    with pytest.raises(InvalidInput) as caught:
        validate_params(CATALOG.model(NANO), {**_given(), "x" * 100_000: 1})
    assert caught.value.details == {"field": "x" * 99 + "…"}
    assert len(caught.value.message) < 200


def test_a_model_that_needs_a_picture_asks_for_one() -> None:
    kling = CATALOG.model("kling/v1.5-pro")
    needy = replace(kling, routes=kling.routes[:1])
    nothing: list[dict[str, Any]] = [{}, {"input_file": []}]
    for files in nothing:
        with pytest.raises(InvalidInput, match="from a text alone") as caught:
            validate_params(needy, _given(duration=5, **files))
        assert caught.value.details == {"field": "generation_input_file"}
    assert validate_params(needy, _given(duration=5, input_file=[URL]))["generation_input_file"] == [URL]


def test_a_text_alone_goes_past_a_provider_that_needs_a_picture() -> None:
    kling = CATALOG.model("kling/v1.5-pro")
    text = validate_params(kling, _given(duration=5))
    assert "replicate" not in resolve_providers(kling, text)
    with pytest.raises(UnsupportedProviderOrder, match="replicate cannot do generation_input_file as asked"):
        resolve_providers(kling, text, "replicate")
    assert resolve_providers(kling, {**text, "generation_input_file": [URL]}, "replicate") == ("replicate",)


def test_the_prompt_is_required() -> None:
    with pytest.raises(InvalidInput) as caught:
        validate_params(CATALOG.model(FLUX), {})
    assert caught.value.details == {"field": "generation_prompt"}


@pytest.mark.parametrize(
    ("identifier", "given", "field", "bounds"),
    [
        (FLUX, {"output_number": 0}, "output_number", "between 1 and 1"),
        (FLUX, {"output_number": 2}, "output_number", "between 1 and 1"),
        (FLUX, {"output_number": 10**30}, "output_number", "between 1 and 1"),
        (FLUX, {"seed": -1}, "seed", "between 0 and 2147483647"),
        (FLUX, {"seed": 2**31}, "seed", "between 0 and 2147483647"),
        (FLUX, {"num_inference_steps": 5}, "num_inference_steps", "between 1 and 4"),
        (QWEN, {"guidance": 10.1}, "guidance", "between 0 and 10"),
        (QWEN, {"guidance": -0.1}, "guidance", "between 0 and 10"),
    ],
)
def test_a_number_out_of_range_has_an_error_of_its_own(
    identifier: str, given: dict[str, Any], field: str, bounds: str
) -> None:
    with pytest.raises(ParameterOutOfRange, match=bounds) as caught:
        validate_params(CATALOG.model(identifier), _given(**given))
    assert caught.value.details == {"field": f"generation_{field}"}
    assert caught.value.code == "parameter_out_of_range"


def _model_with(**specific: Parameter) -> Model:
    names = {f"generation_{name}": parameter for name, parameter in specific.items()}
    return replace(CATALOG.model(FLUX), specific=names)


def test_a_specific_text_can_have_choices() -> None:
    model = _model_with(enhance_prompt=Parameter(Kind.STRING, choices=("off", "fast")))
    assert validate_params(model, _given(enhance_prompt="fast"))["generation_enhance_prompt"] == "fast"
    with pytest.raises(InvalidInput, match="one of off, fast"):
        validate_params(model, _given(enhance_prompt="slow"))


def test_a_specific_switch_is_true_or_false() -> None:
    model = _model_with(moderation=Parameter(Kind.BOOLEAN))
    assert validate_params(model, _given(moderation=False))["generation_moderation"] is False
    with pytest.raises(InvalidInput, match="true or false"):
        validate_params(model, _given(moderation="no"))


def test_a_specific_number_needs_no_bounds() -> None:
    model = _model_with(strength=Parameter(Kind.NUMBER))
    assert validate_params(model, _given(strength=-3.5))["generation_strength"] == Decimal("-3.5")


@pytest.mark.parametrize(
    ("order", "providers"),
    [
        (None, ("google", "replicate", "fal")),
        ("fastest", ("google", "replicate", "fal")),
        ("replicate, fal, google", ("replicate", "fal", "google")),
        ("replicate", ("replicate",)),
        ("fal", ("fal",)),
        ("fal, replicate", ("fal", "replicate")),
        ("replicate,fal", ("replicate", "fal")),
        (" fal ,  replicate ", ("fal", "replicate")),
    ],
)
def test_an_order_is_any_subset_in_any_sequence(order: str | None, providers: tuple[str, ...]) -> None:
    model = CATALOG.model(NANO)
    assert resolve_providers(model, validate_params(model, _given()), order) == providers


@pytest.mark.parametrize(
    "order",
    ["", ",", "replicate,", "bfl", "bfl, replicate", "fal, fal", "FAL", "fastest, fal", "fal replicate"],
)
def test_an_order_that_the_model_does_not_accept_is_refused(order: str) -> None:
    model = CATALOG.model(FLUX)
    with pytest.raises(UnsupportedProviderOrder) as caught:
        resolve_providers(model, validate_params(model, _given()), order)
    assert caught.value.details == {"field": "generation_provider_order"}


@pytest.mark.parametrize("order", [7, True, ["fal"], {}])
def test_an_order_is_a_text(order: object) -> None:
    model = CATALOG.model(FLUX)
    with pytest.raises(InvalidInput) as caught:
        resolve_providers(model, validate_params(model, _given()), order)
    assert caught.value.details == {"field": "generation_provider_order"}


@pytest.mark.parametrize(
    ("identifier", "order", "given"),
    [
        ("bytedance/seedream-4", "byteplus, replicate, fal", {}),
        ("qwen/image", "alibabacloud, replicate, fal", {}),
        ("bfl/flux-schnell", "replicate, fal, cloudflare", {"output_format": "jpg"}),
        ("runway/gen4-image", "runway, replicate", {}),
        ("bytedance/seedance-1-pro", "byteplus, replicate, fal", {"duration": 5}),
    ],
)
def test_an_order_of_the_hosted_product_is_accepted(
    identifier: str, order: str, given: dict[str, Any]
) -> None:
    model = CATALOG.model(identifier)
    asked = resolve_providers(model, validate_params(model, _given(**given)), order)
    assert ", ".join(asked) == order


def test_a_provider_that_takes_no_prompt_of_that_length_is_skipped() -> None:
    model = CATALOG.model("qwen/image")
    for length, served in ((800, True), (801, False)):
        params = validate_params(model, _given(prompt="x" * length))
        assert ("alibabacloud" in resolve_providers(model, params)) is served


def test_a_provider_that_cannot_do_what_is_asked_is_skipped() -> None:
    model = CATALOG.model(DANCE_15)
    params = validate_params(model, _given(duration=5, resolution="1080p"))
    assert resolve_providers(model, params) == ("byteplus", "fal")
    assert resolve_providers(model, params, "replicate, fal") == ("fal",)
    with pytest.raises(UnsupportedProviderOrder, match="replicate cannot do generation_resolution as asked"):
        resolve_providers(model, params, "replicate")
