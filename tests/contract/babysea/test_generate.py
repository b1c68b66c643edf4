"""POST /v1/generate/image|video/{model} (contracts §1.6, seeds 000 and 001)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.contract.babysea.gateway import NOW, NOW_MS, Gateway
from tests.contract.babysea.pictures import Pictures
from tidegate.domain.generation import MediaType, Status

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def test_a_generation_is_initialized(gateway: Gateway) -> None:
    reply = gateway.generate(
        body={
            "generation_prompt": "A baby seal playing on Arctic ice",
            "generation_ratio": "1:1",
            "generation_output_format": "png",
        }
    )
    assert reply.status == 200
    assert reply.body.keys() == {"status", "request_id", "message", "timestamp", "data"}
    assert reply.body["message"] == "Generation initialized"
    assert reply.body["timestamp"] == NOW
    assert reply.headers["x-request-id"] == reply.body["request_id"]
    assert reply.data.keys() == {
        "model_identifier",
        "generation_provider_order",
        "generation_prediction_id",
        "generation_id",
        "generation_initialized",
    }
    assert reply.data["model_identifier"] == "bfl/flux-schnell"
    assert reply.data["generation_provider_order"] == ["replicate", "fal"]
    assert re.fullmatch(r"pred_[0-9a-f]{24}", reply.data["generation_prediction_id"])
    assert UUID.fullmatch(reply.data["generation_id"])
    assert reply.data["generation_initialized"] is True
    assert "idempotency-replayed" not in reply.headers
    assert reply.headers["x-ratelimit-limit"] == "200"


def test_the_order_is_stored_validated_and_priced(gateway: Gateway) -> None:
    reply = gateway.generate(
        "qwen/image",
        {
            "generation_prompt": " A landscape ",
            "generation_negative_prompt": "blurry, low quality",
            "generation_seed": 42,
            "generation_guidance": 7,
            "generation_provider_order": "fal, replicate",
        },
    )
    stored = gateway.runtime.generations.get(gateway.account_id, reply.data["generation_id"])
    assert stored is not None
    assert stored.params == {
        "generation_prompt": "A landscape",
        "generation_ratio": "1:1",
        "generation_output_format": "png",
        "generation_output_number": 1,
        "generation_negative_prompt": "blurry, low quality",
        "generation_seed": 42,
        "generation_guidance": 7,
    }
    assert stored.providers == ("fal", "replicate")
    assert reply.data["generation_provider_order"] == ["fal", "replicate"]
    assert (stored.status, stored.media_type, stored.surface) == (Status.PENDING, MediaType.IMAGE, "babysea")
    assert stored.created_at_ms == NOW_MS
    assert stored.expires_at_ms == NOW_MS + 30 * 60 * 1000
    assert gateway.balance() == ("$0.964", "$0.036")


@pytest.mark.parametrize(
    ("model", "body", "held"),
    [
        ("bfl/flux-schnell", {}, "$0.005"),
        ("bytedance/seedance-1-pro", {"generation_duration": 8, "generation_resolution": "720p"}, "$0.56"),
        (
            "bytedance/seedance-1.5-pro",
            {"generation_duration": 8, "generation_resolution": "720p", "generation_generate_audio": True},
            "$0.536",
        ),
        ("minimax/video-01-director", {"generation_duration": 5}, "$0.65"),
    ],
)
def test_the_models_price_is_held(gateway: Gateway, model: str, body: dict[str, object], held: str) -> None:
    gateway.generate(model, {"generation_prompt": "A baby seal", **body})
    assert gateway.balance()[1] == held


def test_the_seeds_examples_are_accepted(gateway: Gateway, pictures: Pictures) -> None:
    account_id, token = gateway.open_account("100")
    photo = [pictures.url()]
    examples: list[tuple[str, dict[str, Any]]] = [
        ("google/nano-banana", {"generation_ratio": "16:9", "generation_output_format": "png"}),
        ("google/nano-banana", {"generation_input_file": photo}),
        ("google/nano-banana", {"generation_provider_order": "fal, replicate"}),
        ("google/veo-2", {"generation_ratio": "16:9", "generation_duration": 5}),
        ("google/veo-2", {"generation_duration": 8, "generation_input_file": photo}),
        (
            "bytedance/seedance-1-pro",
            {
                "generation_duration": 8,
                "generation_resolution": "1080p",
                "generation_input_file": photo,
            },
        ),
        (
            "bytedance/seedance-1.5-pro",
            {"generation_duration": 8, "generation_resolution": "720p", "generation_generate_audio": True},
        ),
        ("minimax/video-01-director", {"generation_duration": 5, "generation_provider_order": "replicate"}),
        ("bfl/flux-schnell", {"generation_ratio": "16:9", "generation_output_format": "png"}),
    ]
    for model, body in examples:
        reply = gateway.generate(model, {"generation_prompt": "A cinematic scene", **body}, token=token)
        assert reply.data["model_identifier"] == model
    assert len(gateway.runtime.listing.page(account_id, total=100, offset=0, limit=100, now_ms=NOW_MS)) == 9


def test_a_slash_may_come_encoded(gateway: Gateway) -> None:
    reply = gateway.generate("bfl%2Fflux-schnell", {"generation_prompt": "A baby seal"})
    assert reply.data["model_identifier"] == "bfl/flux-schnell"
