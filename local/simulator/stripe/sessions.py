"""Checkout Sessions as Stripe's API makes and shows them (API reference, "The Checkout Session object")."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_MINIMUM_CENTS: Final = 50  # Stripe docs, "Minimum and maximum charge amounts", US dollars
_EXPIRES_S: Final = 86_400
_KNOWN: Final = frozenset(
    {
        "mode",
        "client_reference_id",
        "metadata[account_id]",
        "line_items[0][quantity]",
        "line_items[0][price_data][currency]",
        "line_items[0][price_data][unit_amount]",
        "line_items[0][price_data][product_data][name]",
        "success_url",
        "cancel_url",
    }
)
_REQUIRED: Final = _KNOWN - {"client_reference_id", "metadata[account_id]", "cancel_url"}


class InvalidRequest(Exception):
    """What Stripe answers with 400. ``param`` is the field that it blames."""

    def __init__(self, message: str, param: str) -> None:
        super().__init__(message)
        self.param = param


@dataclass(slots=True)
class Session:
    """One checkout."""

    form: Mapping[str, str]
    url: str
    session_id: str = field(default_factory=lambda: f"cs_test_{secrets.token_hex(24)}")
    created: int = field(default_factory=lambda: int(time.time()))
    paid: bool = False

    def view(self) -> dict[str, Any]:
        """The object as the API shows it."""
        cents = int(self.form["line_items[0][price_data][unit_amount]"])
        return {
            "id": self.session_id,
            "object": "checkout.session",
            "amount_subtotal": cents,
            "amount_total": cents,
            "cancel_url": self.form.get("cancel_url"),
            "client_reference_id": self.form.get("client_reference_id"),
            "created": self.created,
            "currency": self.form["line_items[0][price_data][currency]"],
            "expires_at": self.created + _EXPIRES_S,
            "livemode": False,
            "metadata": {"account_id": self.form.get("metadata[account_id]")},
            "mode": "payment",
            "payment_status": "paid" if self.paid else "unpaid",
            "status": "complete" if self.paid else "open",
            "success_url": self.form["success_url"],
            "url": None if self.paid else f"{self.url}/{self.session_id}",
        }

    def event(self) -> dict[str, Any]:
        """The event that tells of the payment."""
        return {
            "id": f"evt_{self.session_id}",
            "object": "event",
            "api_version": "2025-09-30.clover",
            "created": int(time.time()),
            "livemode": False,
            "type": "checkout.session.completed",
            "data": {"object": self.view()},
        }


def check(form: Mapping[str, str]) -> None:
    """Refuse what Stripe refuses.

    Raises:
        InvalidRequest: an unknown or missing parameter, or a value that it does not take.
    """
    for name in sorted(form.keys() - _KNOWN):
        raise InvalidRequest(f"Received unknown parameter: {name}", name)
    for name in sorted(_REQUIRED - form.keys()):
        raise InvalidRequest(f"Missing required param: {name}.", name)
    if form["mode"] != "payment":
        raise InvalidRequest("Invalid mode: must be payment here", "mode")
    amount = form["line_items[0][price_data][unit_amount]"]
    if not amount.isdigit() or int(amount) < _MINIMUM_CENTS:
        raise InvalidRequest(f"Invalid integer: {amount}", "line_items[0][price_data][unit_amount]")
