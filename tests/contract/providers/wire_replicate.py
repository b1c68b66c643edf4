"""Replicate on the other side of the script."""

from __future__ import annotations

from typing import Any

from tests.contract.providers.wire import Script, Vendor, fixture, secrets
from tidegate.adapters.providers.replicate import Replicate
from tidegate.domain.attempt import Prediction

MODEL = "black-forest-labs/flux-schnell"
BASE = "https://api.replicate.com/v1"
WIRE: dict[str, Any] = fixture("replicate_prediction")
PREDICTION = Prediction("replicate", WIRE["id"], MODEL)


def against(*script: Script) -> tuple[Replicate, Vendor]:
    """An adapter, and the vendor that answers it."""
    vendor = Vendor(script=list(script))
    return Replicate(vendor, secrets()), vendor
