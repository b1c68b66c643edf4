"""What the BabySea wire shows of the providers (contracts §1.11)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from tidegate.domain.generation import MediaType
from tidegate.domain.model import Model
from tidegate.domain.provider_profiles import ProviderProfile

# How this gateway treats every provider, in the words of the wire.
_SAME_FOR_ALL: Final = {
    "error_mapping": "bse_error_codes",
    "cost_tracking": "per_generation_usd",
    "schema_conversion": "unified_to_native",
    "failover_strategy": "sequential_provider_chain",
    "health_monitoring": "circuit_breaker",
}


def present_providers(profiles: Iterable[ProviderProfile], models: Sequence[Model]) -> dict[str, object]:
    """All providers, with what each serves of ``models``, the ones that are offered."""
    shown = [
        _provider(profile, [model for model in models if profile.provider_id in model.providers])
        for profile in profiles
    ]
    return {"providers": shown, "providers_total": len(shown)}


def _provider(profile: ProviderProfile, served: Sequence[Model]) -> dict[str, object]:
    made = {model.media_type for model in served}
    return {
        "provider_id": profile.provider_id,
        "provider_name": profile.name,
        "provider_description": profile.description,
        "provider_website": profile.website,
        "provider_docs": profile.docs,
        "provider_status": profile.status,
        "babysea_implementation": {
            "delivery_method": profile.delivery_method.value,
            "cancel_method": profile.cancel_method,
            "webhook_verification": profile.webhook_verification,
            **_SAME_FOR_ALL,
            "supported_media_types": [media.value for media in MediaType if media in made],
            "supported_models_total": len(served),
        },
    }
