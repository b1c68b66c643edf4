"""GET /v1/content/{generation_id} (contracts §1.7)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.babysea.gateway import NOW, NOW_MS, Gateway
from tests.contract.babysea.pictures import Pictures
from tests.contract.babysea.stores import Stores
from tidegate.adapters.dynamodb.generation_codec import failures_value, outputs_value
from tidegate.domain.attempt import FailureCode
from tidegate.domain.generation import Output, ProviderFailure, Status

BASE = {
    "account_id",
    "generation_id",
    "model_identifier",
    "generation_provider_order",
    "generation_provider_used",
    "generation_prediction_id",
    "generation_status",
    "generation_prompt",
    "generation_ratio",
    "generation_output_format",
    "generation_output_number",
    "generation_input_file",
    "generation_output_file",
    "generation_created_at",
    "generation_started_at",
    "generation_completed_at",
    "generation_metrics_total_time",
    "generation_metrics_predict_time",
}


def test_a_pending_generation(gateway: Gateway) -> None:
    started = gateway.generate()
    reply = gateway.get(started.data["generation_id"])
    assert reply.status == 200
    assert reply.data == {
        "account_id": gateway.account_id,
        "generation_id": started.data["generation_id"],
        "model_identifier": "bfl/flux-schnell",
        "generation_provider_order": ["replicate", "fal"],
        "generation_provider_used": None,
        "generation_prediction_id": started.data["generation_prediction_id"],
        "generation_status": "pending",
        "generation_prompt": "A baby seal",
        "generation_ratio": "1:1",
        "generation_output_format": "png",
        "generation_output_number": 1,
        "generation_input_file": None,
        "generation_output_file": None,
        "generation_created_at": NOW,
        "generation_started_at": None,
        "generation_completed_at": None,
        "generation_metrics_total_time": None,
        "generation_metrics_predict_time": None,
    }


def test_polling_has_a_window_of_its_own(gateway: Gateway) -> None:
    generation_id = gateway.generate().data["generation_id"]
    assert gateway.get(generation_id).headers["x-ratelimit-limit"] == "6000"


def test_a_processing_generation(gateway: Gateway) -> None:
    generation_id = gateway.generate().data["generation_id"]
    gateway.runtime.generations.mark_processing(gateway.stored(generation_id), "fal", NOW_MS + 250)
    data = gateway.get(generation_id).data
    assert data.keys() == BASE
    assert data["generation_status"] == "processing"
    assert data["generation_started_at"] == "2025-11-14T12:00:00.373Z"
    assert data["generation_provider_used"] is None


def test_a_succeeded_generation(gateway: Gateway) -> None:
    generation_id = gateway.generate().data["generation_id"]
    outputs = (Output(f"{generation_id}/AAAAAAAAAAAAAAAAAAAAAA/1.png", "image/png", 1234),)
    gateway.end(
        generation_id,
        Status.SUCCEEDED,
        provider_used="replicate",
        outputs=outputs_value(outputs),
        predict_ms=1_234,
    )
    data = gateway.get(generation_id).data
    assert data.keys() == BASE
    assert data["generation_status"] == "succeeded"
    assert data["generation_provider_used"] == "replicate"
    assert data["generation_output_file"] == [f"https://api.example.com/outputs/{outputs[0].key}"]
    assert data["generation_completed_at"] == "2025-11-14T12:00:03.623Z"
    assert data["generation_metrics_total_time"] == 3.5
    assert data["generation_metrics_predict_time"] == 1.234


def test_files_past_their_retention_are_removed(gateway: Gateway) -> None:
    generation_id = gateway.generate().data["generation_id"]
    gateway.succeed(generation_id)
    gateway.runtime.time_ms = NOW_MS + 3_500 + 7 * 86_400_000 - 1
    data = gateway.get(generation_id).data
    assert data["generation_output_file"]
    assert "generation_removed" not in data
    gateway.runtime.time_ms += 1
    data = gateway.get(generation_id).data
    assert data.keys() == BASE | {"generation_removed"}
    assert data["generation_status"] == "succeeded"
    assert data["generation_output_file"] is None
    assert data["generation_removed"] is True


def test_what_never_had_files_has_none_removed(gateway: Gateway) -> None:
    generation_id = gateway.generate().data["generation_id"]
    gateway.end(generation_id, Status.FAILED, error_code="all_providers_failed")
    gateway.runtime.time_ms += 30 * 86_400_000
    assert "generation_removed" not in gateway.get(generation_id).data


def test_a_failed_generation(gateway: Gateway) -> None:
    generation_id = gateway.generate().data["generation_id"]
    gateway.end(
        generation_id,
        Status.FAILED,
        error_code="all_providers_failed",
        error_message="Every provider failed.",
    )
    data = gateway.get(generation_id).data
    assert data.keys() == BASE | {"generation_error", "generation_error_code"}
    assert data["generation_status"] == "failed"
    assert data["generation_error"] == "Every provider failed."
    assert data["generation_error_code"] == "BSE4006"
    assert data["generation_output_file"] is None


def test_a_failed_chain_tells_of_each_provider(gateway: Gateway) -> None:
    generation_id = gateway.generate().data["generation_id"]
    told = (
        ProviderFailure("replicate", FailureCode.RATE_LIMITED, "Too many requests"),
        ProviderFailure("fal", FailureCode.BILLING, "not available at the moment"),
    )
    changes = {"error_code": "all_providers_failed", "provider_failures": failures_value(told)}
    gateway.end(generation_id, Status.FAILED, **changes)
    assert gateway.get(generation_id).data["generation_provider_errors"] == [
        {
            "provider": "replicate",
            "code": "BSE4003",
            "type": "provider_rate_limited",
            "message": "Too many requests",
            "retryable": True,
        },
        {
            "provider": "fal",
            "code": "BSE4005",
            "type": "provider_credits_exhausted",
            "message": "not available at the moment",
            "retryable": False,
        },
    ]


def test_a_canceled_generation(gateway: Gateway) -> None:
    generation_id = gateway.generate().data["generation_id"]
    gateway.cancel(generation_id)
    data = gateway.get(generation_id).data
    assert data.keys() == BASE
    assert data["generation_status"] == "canceled"
    assert data["generation_completed_at"] == NOW


@pytest.mark.parametrize(
    ("model", "body", "group"),
    [
        ("minimax/video-01-director", {"generation_duration": 5}, {"generation_duration": 5}),
        (
            "bytedance/seedance-1-pro",
            {"generation_duration": 2},
            {"generation_duration": 2, "generation_resolution": "480p"},
        ),
        (
            "bytedance/seedance-1.5-pro",
            {"generation_duration": 4, "generation_generate_audio": True},
            {
                "generation_duration": 4,
                "generation_resolution": "720p",
                "generation_generate_audio": True,
                "generation_audio_mode": "audio",
            },
        ),
        (
            "bytedance/seedance-1.5-pro",
            {"generation_duration": 4},
            {
                "generation_duration": 4,
                "generation_resolution": "720p",
                "generation_generate_audio": False,
                "generation_audio_mode": "noaudio",
            },
        ),
    ],
)
def test_a_video_has_a_group_of_its_own(
    gateway: Gateway, model: str, body: dict[str, Any], group: dict[str, Any]
) -> None:
    started = gateway.generate(model, {"generation_prompt": "A baby seal", **body})
    data = gateway.get(started.data["generation_id"]).data
    assert data.keys() == BASE | group.keys()
    assert group.items() <= data.items()
    assert data["generation_output_format"] == "mp4"


def test_input_files_and_model_specific_parameters_are_shown(gateway: Gateway, pictures: Pictures) -> None:
    photo = [pictures.url()]
    body = {
        "generation_prompt": "A baby seal",
        "generation_input_file": photo,
        "generation_guidance": 2.5,
        "generation_seed": 7,
    }
    data = gateway.get(gateway.generate("qwen/image", body).data["generation_id"]).data
    assert data.keys() == BASE | {"generation_guidance", "generation_seed"}
    assert data["generation_input_file"] == photo
    assert data["generation_guidance"] == 2.5
    assert data["generation_seed"] == 7


def test_a_last_frame_is_shown(gateway: Gateway, pictures: Pictures) -> None:
    body = {
        "generation_prompt": "A baby seal",
        "generation_duration": 2,
        "generation_input_file": [pictures.url()],
        "generation_input_file_last_content": pictures.url("seal.png?last"),
    }
    data = gateway.get(gateway.generate("bytedance/seedance-1-pro", body).data["generation_id"]).data
    assert data["generation_input_file_last_content"] == pictures.url("seal.png?last")


def test_an_id_is_read_in_either_case(gateway: Gateway) -> None:
    generation_id = gateway.generate().data["generation_id"]
    assert gateway.get(generation_id.upper()).data["generation_id"] == generation_id


def test_another_accounts_generation_is_not_found(gateway: Gateway) -> None:
    generation_id = gateway.generate().data["generation_id"]
    _, other_token = gateway.open_account("1")
    reply = gateway.get(generation_id, token=other_token)
    assert (reply.status, reply.error["code"]) == (404, "BSE3001")


@pytest.mark.parametrize(
    "generation_id", ["00000000-0000-7000-8000-000000000000", "x", "", "../../etc", "attempt#01", "a" * 5_000]
)
def test_an_id_that_is_none_is_not_found(generation_id: str) -> None:
    reply = Stores().get(generation_id)
    assert (reply.status, reply.error["code"]) == (404, "BSE3001")
