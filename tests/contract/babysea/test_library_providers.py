"""GET /v1/library/providers (contracts §1.11)."""

from __future__ import annotations

from tests.contract.babysea.gateway import Gateway

SAME_FOR_ALL = {
    "error_mapping": "bse_error_codes",
    "cost_tracking": "per_generation_usd",
    "schema_conversion": "unified_to_native",
    "failover_strategy": "sequential_provider_chain",
    "health_monitoring": "circuit_breaker",
}
FIELDS = {
    "provider_id",
    "provider_name",
    "provider_description",
    "provider_website",
    "provider_docs",
    "provider_status",
    "babysea_implementation",
}


def test_every_provider_is_listed(gateway: Gateway) -> None:
    reply = gateway.providers()
    assert reply.status == 200
    assert reply.data.keys() == {"providers", "providers_total"}
    assert reply.data["providers_total"] == len(reply.data["providers"])
    for provider in reply.data["providers"]:
        assert provider.keys() == FIELDS
        assert provider["provider_status"] == "active"
        texts = {name: provider[name] for name in FIELDS - {"babysea_implementation"}}
        assert all(isinstance(text, str) and text for text in texts.values())


def test_each_says_how_its_jobs_are_run(gateway: Gateway) -> None:
    found = {p["provider_id"]: p["babysea_implementation"] for p in gateway.providers().data["providers"]}
    models = gateway.models().data["models"]
    for provider, methods in {
        "replicate": ("webhook_with_polling", "prediction_cancel_api", "hmac_sha256"),
        "fal": ("webhook_with_polling", "queue_cancel_api", "ed25519"),
    }.items():
        delivery, cancel, verification = methods
        served = [model for model in models if provider in model["model_supported_provider"]]
        assert found[provider] == {
            "delivery_method": delivery,
            "cancel_method": cancel,
            "webhook_verification": verification,
            **SAME_FOR_ALL,
            "supported_media_types": ["image", "video"],
            "supported_models_total": len(served),
        }


def test_every_provider_of_a_model_is_listed(gateway: Gateway) -> None:
    listed = {provider["provider_id"] for provider in gateway.providers().data["providers"]}
    for model in gateway.models().data["models"]:
        assert set(model["model_supported_provider"]) <= listed


def test_the_list_needs_the_right_to_read_the_library(gateway: Gateway) -> None:
    reply = gateway.providers(token=gateway.add_key(scopes=("generation:write",)))
    assert (reply.status, reply.error["code"]) == (403, "BSE1003")
