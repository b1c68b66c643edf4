"""fal on the other side of the script."""

from __future__ import annotations

from typing import Any

from tests.contract.providers.wire import Script, Vendor, fixture, secrets
from tidegate.adapters.providers.fal import Fal
from tidegate.domain.attempt import Prediction

MODEL = "fal-ai/flux/schnell"
WIRE: dict[str, Any] = fixture("fal_submitted")
REQUEST = "https://queue.fal.run/fal-ai/flux/requests/764cabcf-b745-4b3e-ae38-1200304cf45b"
URLS = {"status": f"{REQUEST}/status", "result": REQUEST, "cancel": f"{REQUEST}/cancel"}
PREDICTION = Prediction("fal", WIRE["request_id"], MODEL, URLS)
COMPLETED = {"status": "COMPLETED", "logs": None, "metrics": {"inference_time": 0.374}}


def against(*script: Script) -> tuple[Fal, Vendor]:
    """An adapter, and the vendor that answers it."""
    vendor = Vendor(script=list(script))
    return Fal(vendor, secrets()), vendor
