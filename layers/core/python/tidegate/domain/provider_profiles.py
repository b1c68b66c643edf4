"""Who the upstream providers are and how jobs run there: data in ``providers.json``.

The words of the three methods are those that BabySea's clients know (contracts: BabySea §1.11).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

PROFILES_FILE: Final = Path(__file__).parent.parent / "providers.json"


class DeliveryMethod(StrEnum):
    """How a result reaches us."""

    WEBHOOK_WITH_POLLING = "webhook_with_polling"
    SYNCHRONOUS = "synchronous"
    POLLING = "polling"


class CancelMethod(StrEnum):
    """How a job is stopped."""

    PREDICTION = "prediction_cancel_api"
    QUEUE = "queue_cancel_api"


class Verification(StrEnum):
    """How a callback proves where it comes from."""

    HMAC_SHA256 = "hmac_sha256"
    ED25519 = "ed25519"


@dataclass(frozen=True, slots=True)
class ProviderProfile:
    """One provider."""

    provider_id: str
    name: str
    description: str
    website: str
    docs: str
    status: str
    delivery_method: DeliveryMethod
    cancel_method: CancelMethod | None
    webhook_verification: Verification | None


@cache
def load_profiles(path: Path | None = None) -> tuple[ProviderProfile, ...]:
    """Read all profiles, in the file's order, once per file.

    Raises:
        KeyError, TypeError, ValueError: a field is missing, unknown, or not one of its words.
    """
    raw = json.loads((path or PROFILES_FILE).read_text(encoding="utf-8"))
    return tuple(_profile(entry) for entry in raw["providers"])


def _profile(raw: Mapping[str, Any]) -> ProviderProfile:
    cancel, verification = raw["cancel_method"], raw["webhook_verification"]
    methods: dict[str, Any] = {
        "delivery_method": DeliveryMethod(raw["delivery_method"]),
        "cancel_method": cancel and CancelMethod(cancel),
        "webhook_verification": verification and Verification(verification),
    }
    return ProviderProfile(**{**raw, **methods})
