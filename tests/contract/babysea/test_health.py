"""GET /v1/health/… (contracts §1.13)."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.contract.babysea.gateway import NOW_MS, Gateway
from tidegate.adapters.dynamodb.model_codec import health_key, health_ttl_s
from tidegate.domain.health import Breaker, minute_of

PARTS = ("inference/providers", "inference/models", "storage", "cache")
SECRET_PLACE = EndpointConnectionError(endpoint_url="https://internal.example.com")
MODEL = "google/veo-2"  # which no other test here attempts
OTHER = "qwen/image"
FULL = {"total_attempts": 0, "failures": 0, "successes": 0, "duration_seconds": 300}


def _attempts(gateway: Gateway, provider: str, attempts: int, failures: int, model: str = MODEL) -> None:
    minute = minute_of(NOW_MS)
    gateway.runtime.dynamodb.update_item(
        TableName="telemetry",
        Key=health_key(model, minute),
        UpdateExpression="SET #ttl = :ttl, #a = :a, #f = :f",
        ExpressionAttributeNames={
            "#ttl": "ttl",
            "#a": f"{provider}|{minute}|a",
            "#f": f"{provider}|{minute}|f",
        },
        ExpressionAttributeValues={
            ":ttl": {"N": str(health_ttl_s(minute))},
            ":a": {"N": str(attempts)},
            ":f": {"N": str(failures)},
        },
    )


def _provider(gateway: Gateway, name: str) -> dict[str, Any]:
    (found,) = [p for p in gateway.health("inference/providers").data["providers"] if p["provider"] == name]
    return dict(found)


@pytest.fixture(autouse=True)
def _nothing_happened(gateway: Gateway) -> None:
    for model in (MODEL, OTHER):
        for key in (
            health_key(model, minute_of(NOW_MS)),
            {"pk": {"S": f"model#{model}"}, "sk": {"S": "state"}},
        ):
            gateway.runtime.dynamodb.delete_item(TableName="telemetry", Key=key)


@pytest.mark.parametrize("part", PARTS)
def test_health_needs_health_read(gateway: Gateway, part: str) -> None:
    reply = gateway.health(part, token=gateway.add_key(scopes=("library:read",)))
    assert (reply.status, reply.error["code"]) == (403, "BSE1003")
    assert gateway.health(part, token=gateway.add_key(scopes=("health:read",))).status == 200


def test_providers_that_did_nothing_are_unknown_and_well(gateway: Gateway) -> None:
    data = gateway.health("inference/providers").data
    total = len(gateway.runtime.provider_profiles)
    assert (data["service"], data["healthy"], data["providers_total"]) == ("providers", True, total)
    assert _provider(gateway, "fal") == {
        "provider": "fal",
        "status": "unknown",
        "failure_rate": 0,
        "window": FULL,
    }


def test_a_provider_is_shown_over_all_its_models(gateway: Gateway) -> None:
    _attempts(gateway, "fal", 6, 1)
    _attempts(gateway, "fal", 4, 2, model=OTHER)
    assert _provider(gateway, "fal") == {
        "provider": "fal",
        "status": "recovering",
        "failure_rate": 0.3,
        "window": {"total_attempts": 10, "failures": 3, "successes": 7, "duration_seconds": 300},
    }
    assert gateway.health("inference/providers").data["healthy"]


def test_a_provider_that_fails_is_degraded_and_all_is_not_well(gateway: Gateway) -> None:
    _attempts(gateway, "fal", 6, 3)
    assert _provider(gateway, "fal")["status"] == "degraded"
    assert not gateway.health("inference/providers").data["healthy"]


def test_one_failure_of_one_attempt_degrades_nobody(gateway: Gateway) -> None:
    _attempts(gateway, "fal", 1, 1)
    shown = _provider(gateway, "fal")
    assert (shown["status"], shown["failure_rate"]) == ("recovering", 1)
    assert gateway.health("inference/providers").data["healthy"]


def test_an_open_breaker_takes_the_provider_from_its_model(gateway: Gateway) -> None:
    table = gateway.runtime.models
    table.save_breaker(MODEL, "fal", Breaker(opened_at_ms=NOW_MS, version=1), NOW_MS)
    assert _provider(gateway, "fal")["status"] == "degraded"
    data = gateway.health("inference/models").data
    (model,) = [m for m in data["models"] if m["model_identifier"] == MODEL]
    assert model["providers"]["fal"]["available"] is False
    assert model["providers"]["replicate"]["available"] is True
    assert data["healthy"]
    table.save_breaker(MODEL, "replicate", Breaker(opened_at_ms=NOW_MS, version=1), NOW_MS)
    assert not gateway.health("inference/models").data["healthy"]
    gateway.runtime.time_ms = NOW_MS + 60_000
    assert _provider(gateway, "fal")["status"] == "recovering"


def test_models_are_shown_with_their_providers_names_for_them(gateway: Gateway) -> None:
    data = gateway.health("inference/models").data
    assert (data["service"], data["models_total"]) == ("models", len(data["models"]))
    (model,) = [m for m in data["models"] if m["model_identifier"] == "bfl/flux-schnell"]
    assert model == {
        "model_identifier": "bfl/flux-schnell",
        "model_type": "image",
        "model_pricing": 0.005,
        "providers": {
            "replicate": {"available": True, "raw_model_id": "black-forest-labs/flux-schnell"},
            "fal": {"available": True, "raw_model_id": "fal-ai/flux/schnell"},
            "cloudflare": {"available": True, "raw_model_id": "@cf/black-forest-labs/flux-1-schnell"},
        },
    }
    assert any("model_pricing" not in m for m in data["models"])  # several prices have no place here


def test_storage_and_cache_are_measured(gateway: Gateway) -> None:
    storage, cache = gateway.health("storage").data, gateway.health("cache").data
    for data in (storage, cache):
        latency_ms = data.pop("latency_ms")
        assert isinstance(latency_ms, int)
        assert latency_ms >= 0
    assert storage == {"service": "storage", "healthy": True, "bucket": "outputs"}
    assert cache == {"service": "redis", "healthy": True}


def test_a_part_that_does_not_answer_is_told_with_200_and_nothing_of_our_insides(gateway: Gateway) -> None:
    for part, target in (("storage", gateway.runtime.outputs), ("cache", gateway.runtime.models)):
        with patch.object(target, "look", side_effect=SECRET_PLACE):
            reply = gateway.health(part)
        assert reply.status == 200
        assert reply.data["healthy"] is False
        assert reply.data["error"] == "It did not answer."
        assert "internal.example.com" not in str(reply.body)
