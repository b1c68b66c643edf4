"""Filling the wallet by card (contracts/sharkapi §7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from aws_lambda_powertools.logging import Logger

from tidegate.adapters.payments.protocol import Checkout, Payments, PaymentsNotConfigured, PaymentsUnavailable
from tidegate.domain.errors import InvalidInput
from tidegate.domain.money import Money
from tidegate.surfaces.body import read_object
from tidegate.surfaces.http import Request
from tidegate.surfaces.sharkapi.dialects import Answer, in_dollars
from tidegate.surfaces.sharkapi.errors import TopUpUnavailable
from tidegate.usecases.top_up import open_top_up

if TYPE_CHECKING:
    from tidegate.adapters.dynamodb.wallets import WalletTable

STEP: Final = 10  # whole dollars: at least one step, only multiples, at most the maximum (docs: /)
MAXIMUM: Final = 10_000

_NOT_SET_UP: Final = (
    "Top-ups by card are not set up on this gateway, and nothing was charged. Its operator can set them up "
    "(`tidegate provider set-key stripe`) or credit your wallet by hand (`tidegate wallet add`)."
)
_LATER: Final = (
    "The payment provider does not answer at the moment, and nothing was charged. Please retry in 30 "
    "seconds, or ask this gateway's operator to credit your wallet."
)

logger = Logger()


class Services(Protocol):
    """What a top-up needs of the runtime."""

    @property
    def payments(self) -> Payments:
        """The payment provider."""

    @property
    def wallets(self) -> WalletTable:
        """Whose account it is for."""


def read_amount(body: Mapping[str, Any]) -> Money:
    """Return the amount of a top-up.

    Raises:
        InvalidInput: not a multiple of $10 between $10 and $10,000.
    """
    amount = body.get("amount")
    if type(amount) is not int or not STEP <= amount <= MAXIMUM or amount % STEP:
        raise InvalidInput(f"amount must be a multiple of ${STEP} between ${STEP} and ${MAXIMUM}.")
    return Money.of(str(amount))


def open_page(request: Request, account_id: str, services: Services) -> Answer:
    """Open a top-up and say where to pay.

    Raises:
        InvalidInput: no such amount can be paid.
        AccountNotFound: the account is gone.
        TopUpUnavailable: payments are not set up here, or the payment provider does not answer.
    """
    amount = read_amount(read_object(request))
    try:
        checkout = open_top_up(services.payments, services.wallets, account_id=account_id, amount=amount)
    except PaymentsUnavailable as error:
        logger.warning("no checkout: %s", error)
        is_set_up = not isinstance(error, PaymentsNotConfigured)
        raise TopUpUnavailable(_LATER if is_set_up else _NOT_SET_UP) from error
    return Answer(present_checkout(checkout))


def present_checkout(checkout: Checkout) -> dict[str, object]:
    """Where to pay."""
    return {"checkout_url": checkout.url, "amount": in_dollars(checkout.amount), "status": "pending"}
