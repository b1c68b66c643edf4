"""POST|GET /payments/stripe: Stripe's webhook, and the page that its checkout returns to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tidegate.runtime import runtime
from tidegate.surfaces.payments import take_notice


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Credit a payment, once."""
    return take_notice(event, runtime).to_event()
