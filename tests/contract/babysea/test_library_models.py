"""GET /v1/library/models (contracts §1.12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.contract.babysea.stores import Stores
from tidegate.domain.catalog import Catalog, load_catalog


def test_every_model_is_listed_with_its_schema() -> None:
    data = Stores().models().data
    assert data.keys() == {"models", "models_total"}
    assert data["models_total"] == len(data["models"]) == len(load_catalog().models)
    for model in data["models"]:
        assert model.keys() == {
            "model_type",
            "model_identifier",
            "model_pricing",
            "model_supported_provider",
            "schema",
            "specific_schema",
        }


def test_an_image_model_has_a_flat_price() -> None:
    model = Stores().models().data["models"][0]
    assert model == {
        "model_type": "image",
        "model_identifier": "bfl/flux-schnell",
        "model_pricing": 0.005,
        "model_supported_provider": ["replicate", "fal", "cloudflare"],
        "schema": {
            "generation_prompt": True,
            "generation_ratio": [
                "1:1",
                "16:9",
                "9:16",
                "4:3",
                "3:4",
                "3:2",
                "2:3",
                "21:9",
                "9:21",
                "5:4",
                "4:5",
            ],
            "generation_output_format": ["png", "jpg"],
            "generation_output_number": 1,
            "generation_input_file": False,
        },
        "specific_schema": ["generation_seed", "generation_num_inference_steps"],
    }


def test_a_video_model_is_priced_by_resolution_and_audio() -> None:
    models = {model["model_identifier"]: model for model in Stores().models().data["models"]}
    assert models["bytedance/seedance-1-pro"]["model_pricing"] == {
        "480p": 0.032,
        "720p": 0.07,
        "1080p": 0.161,
    }
    model = models["bytedance/seedance-1.5-pro"]
    assert model["model_type"] == "video"
    assert model["model_pricing"] == {
        "720p_audio": 0.067,
        "720p_noaudio": 0.034,
        "1080p_audio": 0.152,
        "1080p_noaudio": 0.076,
    }
    assert model["schema"] == {
        "generation_prompt": True,
        "generation_ratio": ["16:9", "9:16", "1:1", "4:3", "3:4", "21:9"],
        "generation_output_format": ["mp4"],
        "generation_output_number": 1,
        "generation_input_file": True,
        "generation_duration": [4, 5, 6, 7, 8, 9, 10, 11, 12],
        "generation_resolution": ["720p", "1080p"],
        "generation_generate_audio": True,
    }


def test_a_per_second_price_is_a_number() -> None:
    models = {model["model_identifier"]: model for model in Stores().models().data["models"]}
    assert models["google/veo-2"]["model_pricing"] == 0.65
    assert "generation_resolution" not in models["google/veo-2"]["schema"]


def test_a_retired_model_is_neither_listed_nor_run() -> None:
    models = [
        replace(model, retires_on=date(2025, 11, 14)) if model.identifier == "qwen/image" else model
        for model in load_catalog().models
    ]
    stores = Stores(catalog=Catalog(tuple(models)))
    listed = [model["model_identifier"] for model in stores.models().data["models"]]
    assert listed
    assert "qwen/image" not in listed
    reply = stores.generate(model="qwen/image")
    assert (reply.status, reply.error["code"]) == (404, "BSE2011")
    assert "retired on 2025-11-14" in reply.error["message"]
