"""What the bus carries for each status of a generation, and for a test."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tidegate.domain.generation import Generation, MediaType, Status
from tidegate.domain.money import Money
from tidegate.surfaces.babysea.webhook_events import event_detail, low_balance_event, webhook_test_event

PENDING = Generation(
    account_id="acc-1",
    generation_id="gen-1",
    surface="babysea",
    model="bfl/flux-schnell",
    media_type=MediaType.IMAGE,
    params={"generation_prompt": "a seal"},
    providers=("replicate", "fal"),
    price=Money(5_000),
    status=Status.PENDING,
    prediction_id="pred_1",
    created_at_ms=1_000,
    expires_at_ms=900_000,
)
PROCESSING = replace(PENDING, status=Status.PROCESSING, started_at_ms=2_000, provider_initialize="replicate")
SUCCEEDED = replace(PROCESSING, status=Status.SUCCEEDED, completed_at_ms=3_000, provider_used="fal")
FAILED = replace(
    PROCESSING,
    status=Status.FAILED,
    completed_at_ms=3_000,
    error_code="provider_timeout",
    error_message="No provider answered.",
)
CANCELED = replace(PROCESSING, status=Status.CANCELED, completed_at_ms=3_000)
URLS = ("https://gateway.example/outputs/gen-1/r/0.png",)
SHARED = {
    "account_id": "acc-1",
    "model_identifier": "bfl/flux-schnell",
    "generation_id": "gen-1",
    "generation_prediction_id": "pred_1",
}


def code_of(error_code: str) -> str:
    return {"provider_timeout": "BSE4002"}.get(error_code, "BSE5001")


def detail_of(generation: Generation, urls: tuple[str, ...] = ()) -> dict[str, Any]:
    detail = event_detail(generation, urls, code_of)
    assert detail is not None
    return detail


def test_a_pending_generation_has_no_event() -> None:
    assert event_detail(PENDING, (), code_of) is None


def test_a_started_generation_names_its_first_provider() -> None:
    assert detail_of(PROCESSING) == {
        "event_id": "gen-1:started",
        "event_type": "generation.started",
        "account_id": "acc-1",
        "log_s": 365 * 86_400,
        "surface": "babysea",
        "occurred_at_ms": 2_000,
        "data": SHARED | {"generation_status": "processing", "generation_provider_initialize": "replicate"},
    }


def test_a_completed_generation_names_its_files_and_provider() -> None:
    assert detail_of(SUCCEEDED, URLS) == {
        "event_id": "gen-1:completed",
        "event_type": "generation.completed",
        "account_id": "acc-1",
        "log_s": 365 * 86_400,
        "surface": "babysea",
        "occurred_at_ms": 3_000,
        "data": SHARED
        | {
            "generation_status": "succeeded",
            "generation_provider_used": "fal",
            "generation_output_file": list(URLS),
        },
    }


def test_a_failed_generation_tells_the_wires_error_code() -> None:
    assert detail_of(FAILED) == {
        "event_id": "gen-1:failed",
        "event_type": "generation.failed",
        "account_id": "acc-1",
        "log_s": 365 * 86_400,
        "surface": "babysea",
        "occurred_at_ms": 3_000,
        "data": SHARED
        | {
            "generation_status": "failed",
            "generation_error": "No provider answered.",
            "generation_error_code": "BSE4002",
        },
    }


def test_a_failed_generation_names_its_provider_when_there_is_one() -> None:
    assert detail_of(replace(FAILED, provider_used="fal"))["data"]["generation_provider_used"] == "fal"


def test_a_failure_without_a_reason_still_carries_both_required_fields() -> None:
    data = detail_of(replace(FAILED, error_code=None, error_message=None))["data"]
    assert data["generation_error_code"] == "BSE5001"
    assert data["generation_error"]


def test_a_canceled_generation_tells_of_the_refund() -> None:
    assert detail_of(CANCELED) == {
        "event_id": "gen-1:canceled",
        "event_type": "generation.canceled",
        "account_id": "acc-1",
        "log_s": 365 * 86_400,
        "surface": "babysea",
        "occurred_at_ms": 3_000,
        "data": SHARED | {"generation_status": "canceled", "credits_refunded": True},
    }


@pytest.mark.parametrize("generation", [PROCESSING, SUCCEEDED, FAILED, CANCELED])
def test_the_same_record_always_builds_the_same_event(generation: Generation) -> None:
    assert detail_of(generation) == detail_of(generation)


@pytest.mark.parametrize("status", [Status.PROCESSING, Status.SUCCEEDED, Status.FAILED, Status.CANCELED])
def test_no_event_carries_a_null(status: Status) -> None:
    bare = detail_of(replace(PENDING, status=status))
    assert None not in bare["data"].values()
    assert bare["occurred_at_ms"] == PENDING.created_at_ms
    json.dumps(bare)


def test_a_test_event_has_the_documented_data_and_names_its_endpoint() -> None:
    detail = webhook_test_event("acc-1", "end-1", 5_000)
    assert detail["event_type"] == "webhook.test"
    assert detail["endpoint_id"] == "end-1"
    assert detail["occurred_at_ms"] == 5_000
    assert detail["data"] == {
        "account_id": "acc-1",
        "model_identifier": "webhook/test",
        "generation_id": "00000000-0000-0000-0000-000000000000",
        "generation_status": "succeeded",
    }


def test_two_tests_in_the_same_instant_are_two_events() -> None:
    first, second = (webhook_test_event("acc-1", "end-1", 5_000) for _ in range(2))
    assert first["event_id"] != second["event_id"]


def test_a_low_balance_tells_the_balance_and_each_threshold_that_was_crossed() -> None:
    detail = low_balance_event(
        "acc-1",
        Money.of("0.4955"),
        [(Money.of("1"), Money.of("0.999")), (Money.of("0.5"), Money.of("0.4955"))],
        event_id="acc-1:low_balance:17",
        occurred_at_ms=5_000,
    )
    assert json.loads(json.dumps(detail)) == {
        "event_id": "acc-1:low_balance:17",
        "event_type": "credits.low_balance",
        "account_id": "acc-1",
        "occurred_at_ms": 5_000,
        "data": {
            "account_id": "acc-1",
            "current_balance": 0.4955,
            "thresholds_crossed": [
                {"threshold": 1.0, "balance_at": 0.999},
                {"threshold": 0.5, "balance_at": 0.4955},
            ],
        },
    }
