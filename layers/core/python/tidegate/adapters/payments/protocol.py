"""What a payment provider's adapter promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tidegate.domain.money import Money

if TYPE_CHECKING:
    from tidegate.adapters.providers.protocol import KeyTest


class PaymentsUnavailable(Exception):
    """The payment provider does not answer. Nothing was paid."""


class PaymentsNotConfigured(PaymentsUnavailable):
    """The operator takes no payments by this way."""


class NoticeRejected(Exception):
    """The notice is unsigned, forged, stale or unreadable. The reason is for our log only."""


class PaymentNotCreditable(Exception):
    """Money came for an account, and it is none that a wallet can take. Told again, it would be the same."""

    def __init__(self, reason: str, *, account_id: str, reference: str) -> None:
        super().__init__(reason)
        self.account_id = account_id
        self.reference = reference


@dataclass(frozen=True, slots=True)
class Checkout:
    """A page on which the customer pays."""

    checkout_id: str
    url: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that was received for an account. ``reference`` is the same in every notice of it."""

    account_id: str
    amount: Money
    reference: str


class Payments(Protocol):
    """A payment provider."""

    def open_checkout(self, account_id: str, amount: Money) -> Checkout:
        """Open a page for this amount. Raises PaymentsUnavailable."""

    def try_key(self) -> KeyTest:
        """Show the stored key, without making anything. Raises PaymentsNotConfigured."""

    def read_notice(self, headers: Mapping[str, str], body: bytes, now_s: int) -> Receipt | None:
        """Verify a notice and return the receipt that it tells of; None for other news.

        Raises NoticeRejected, PaymentNotCreditable.
        """
