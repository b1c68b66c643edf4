"""What the BabySea wire shows of our health (contracts §1.13)."""

from __future__ import annotations

from collections.abc import Sequence

from tidegate.domain.health import WINDOW_S, Status
from tidegate.domain.model import Rate
from tidegate.surfaces.babysea.envelope import number
from tidegate.usecases.read_health import Answered, ModelAvailability, ProviderHealth


def present_provider_health(providers: Sequence[ProviderHealth]) -> dict[str, object]:
    """All providers. Healthy, unless one of them is degraded."""
    return {
        "service": "providers",
        "healthy": all(entry.status is not Status.DEGRADED for entry in providers),
        "providers_total": len(providers),
        "providers": [_provider(entry) for entry in providers],
    }


def present_model_health(models: Sequence[ModelAvailability]) -> dict[str, object]:
    """All models. Healthy, as long as each can be made somewhere."""
    return {
        "service": "models",
        "healthy": all(any(entry.available.values()) for entry in models),
        "models_total": len(models),
        "models": [_model(entry) for entry in models],
    }


def present_storage(bucket: str, answered: Answered) -> dict[str, object]:
    """The bucket of outputs."""
    return {**_service("storage", answered), "bucket": bucket}


def present_cache(answered: Answered) -> dict[str, object]:
    """The store of counters, under the name that clients know it by: ours is no Redis."""
    return _service("redis", answered)


def _service(name: str, answered: Answered) -> dict[str, object]:
    shown: dict[str, object] = {
        "service": name,
        "healthy": answered.error is None,
        "latency_ms": answered.latency_ms,
    }
    return shown if answered.error is None else {**shown, "error": answered.error}


def _provider(entry: ProviderHealth) -> dict[str, object]:
    window = entry.window
    return {
        "provider": entry.provider,
        "status": entry.status.value,
        "failure_rate": round(window.failure_rate, 4),
        "window": {
            "total_attempts": window.attempts,
            "failures": window.failures,
            "successes": window.attempts - window.failures,
            "duration_seconds": WINDOW_S,
        },
    }


def _model(entry: ModelAvailability) -> dict[str, object]:
    model = entry.model
    shown: dict[str, object] = {
        "model_identifier": model.identifier,
        "model_type": model.media_type.value,
        "providers": {
            route.provider: {"available": entry.available[route.provider], "raw_model_id": route.native_model}
            for route in model.routes
        },
    }
    return shown | _flat_price(model.price)


def _flat_price(rate: Rate) -> dict[str, object]:
    """One price is shown; several have no place here."""
    return {} if rate.by else {"model_pricing": number(rate.amounts[""].dollars)}
