"""The simulated models' sizes, lengths and counts."""

from __future__ import annotations

from typing import Any

import pytest

from local.simulator.catalog import InvalidInput, Model, load_catalog

SEEDREAM = "bytedance/seedream-4"
FAL_SEEDREAM = "fal-ai/bytedance/seedream/v4/text-to-image"


def model(provider: str, model_id: str) -> Model:
    found = load_catalog().find(provider, model_id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("provider", "model_id", "given", "size"),
    [
        ("replicate", "black-forest-labs/flux-schnell", {}, (1024, 1024)),
        ("replicate", "black-forest-labs/flux-schnell", {"aspect_ratio": "9:16"}, (768, 1344)),
        ("replicate", "black-forest-labs/flux-schnell", {"megapixels": "0.25"}, (512, 512)),
        (
            *("replicate", "black-forest-labs/flux-1.1-pro"),
            {"aspect_ratio": "custom", "width": 320, "height": 640},
            (320, 640),
        ),
        ("replicate", "google/nano-banana", {}, (1024, 1024)),
        ("replicate", SEEDREAM, {"aspect_ratio": "16:9", "size": "1K"}, (1280, 720)),
        ("replicate", SEEDREAM, {"size": "4K"}, (4096, 4096)),
        ("replicate", SEEDREAM, {"size": "custom", "width": 1024, "height": 3000}, (1024, 3000)),
        ("replicate", "qwen/qwen-image", {}, (1664, 928)),
        ("fal", "fal-ai/flux/schnell", {}, (1024, 768)),
        ("fal", "fal-ai/flux/schnell", {"image_size": "portrait_16_9"}, (576, 1024)),
        ("fal", "fal-ai/flux/schnell", {"image_size": {"width": 100, "height": 60}}, (100, 60)),
        ("fal", FAL_SEEDREAM, {"image_size": "auto_4K"}, (4096, 4096)),
        ("fal", "fal-ai/veo2", {"aspect_ratio": "9:16"}, (360, 640)),
    ],
)
def test_the_size_follows_the_ratio(
    provider: str, model_id: str, given: dict[str, Any], size: tuple[int, int]
) -> None:
    asked = model(provider, model_id)
    assert asked.size(asked.read({"prompt": "x", **given})) == size


@pytest.mark.parametrize(
    ("provider", "model_id", "given", "seconds"),
    [
        ("replicate", "bytedance/seedance-1-pro", {"duration": 12}, 12),
        ("fal", "fal-ai/veo2", {"duration": "8s"}, 8),
        ("fal", "fal-ai/bytedance/seedance/v1/pro/text-to-video", {"duration": "3"}, 3),
        ("fal", "fal-ai/bytedance/seedance/v1/pro/text-to-video", {"num_frames": 48}, 2),
        ("fal", "fal-ai/minimax/video-01-director", {}, 6),
        ("fal", "fal-ai/flux/schnell", {}, None),
    ],
)
def test_the_duration_is_the_one_asked_for(
    provider: str, model_id: str, given: dict[str, Any], seconds: float | None
) -> None:
    asked = model(provider, model_id)
    assert asked.duration(asked.read({"prompt": "x", **given})) == seconds


def test_seedream_makes_a_series_only_when_told_to() -> None:
    asked = model("replicate", SEEDREAM)
    assert asked.files(asked.read({"prompt": "x", "max_images": 3})) == 1
    series = {"prompt": "x", "max_images": 3, "sequential_image_generation": "auto"}
    assert asked.files(asked.read(series)) == 3


def test_a_model_like_another_adds_its_own_inputs() -> None:
    edit = model("fal", "fal-ai/nano-banana/edit")
    with pytest.raises(InvalidInput) as refused:
        edit.read({"prompt": "x", "num_images": 9})
    assert {error["loc"] for error in refused.value.errors} == {("num_images",), ("image_urls",)}


def test_replicate_reads_numbers_strictly_and_fal_does_not() -> None:
    with pytest.raises(InvalidInput):
        model("replicate", "black-forest-labs/flux-schnell").read({"prompt": "x", "seed": "5"})
    assert model("fal", "fal-ai/flux/schnell").read({"prompt": "x", "seed": "5"})["seed"] == 5


def test_every_model_can_draw_its_defaults() -> None:
    inputs = {
        "prompt": "x",
        "image": "https://a.example/i.png",
        "image_url": "https://a.example/i.png",
        "image_urls": ["https://a.example/i.png"],
        "first_frame_url": "https://a.example/i.png",
        "last_frame_url": "https://a.example/i.png",
    }
    for provider in ("replicate", "fal"):
        for model_id in load_catalog().ids(provider):
            asked = model(provider, model_id)
            values = asked.read(inputs)
            width, height = asked.size(values)
            assert width % 2 == height % 2 == 0
            assert asked.file_format(values) in {"png", "jpg", "jpeg", "webp", "mp4"}
