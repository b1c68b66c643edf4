"""What the credentials of a payment provider consist of. They lie beside those of the providers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tidegate.adapters.providers.credentials import API_KEY, WEBHOOK_SECRET, Field

STRIPE: Final = "stripe"
# Both at once: money that is paid while no notice of it can be believed would reach no wallet.
PAYMENTS: Final[Mapping[str, tuple[Field, ...]]] = {STRIPE: (Field(API_KEY), Field(WEBHOOK_SECRET))}
