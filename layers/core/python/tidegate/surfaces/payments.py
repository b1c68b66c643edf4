"""What a payment provider sends when money came, and what it is told: as little as possible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol

from aws_lambda_powertools.logging import Logger

from tidegate.adapters.payments.protocol import NoticeRejected, PaymentNotCreditable, Payments
from tidegate.domain.errors import AccountNotFound, InvalidInput
from tidegate.surfaces.http import Request, Response
from tidegate.usecases.top_up import credit

if TYPE_CHECKING:
    from tidegate.adapters.dynamodb.wallets import WalletTable

MAX_BYTES: Final = 262_144
RECEIVED: Final = Response(200, {"received": True})
REJECTED: Final = Response(400, {"error": "rejected"})  # the same, whichever part was wrong
UNAVAILABLE: Final = Response(503, {"error": "unavailable"})  # Stripe sends again, for up to three days
ALERT: Final = "payment"  # an alarm watches for it (infra)
_THANKS: Final = "Thank you. Your wallet is credited as soon as the payment is confirmed.\n"

logger = Logger(service="payments.stripe")


class Services(Protocol):
    """What a notice needs of the runtime."""

    @property
    def payments(self) -> Payments:
        """The payment provider."""

    @property
    def wallets(self) -> WalletTable:
        """What is credited."""

    def now_ms(self) -> int:
        """The time."""


def take_notice(event: Mapping[str, Any], services: Services) -> Response:
    """Verify a notice and credit what it tells of, once."""
    request = Request.from_event(event)
    if request.method == "GET":  # where the payment page sends the customer back to
        return Response(200, _THANKS, {"content-type": "text/plain; charset=utf-8"})
    if len(request.body) > MAX_BYTES:
        return REJECTED
    try:
        return _credit(request, services)
    except NoticeRejected as error:
        logger.warning("notice rejected: %s", error)
        return REJECTED
    except PaymentNotCreditable as error:
        told = {"account_id": error.account_id, "reference": error.reference}
        logger.exception("payment not credited", extra={**told, "alert": ALERT})
        return RECEIVED
    except Exception:
        logger.exception("notice failed")
        return UNAVAILABLE


def _credit(request: Request, services: Services) -> Response:
    now_ms = services.now_ms()
    receipt = services.payments.read_notice(dict(request.headers), request.body, now_ms // 1000)
    if receipt is None:
        logger.info("nothing to credit")
        return RECEIVED
    told = {
        "account_id": receipt.account_id,
        "reference": receipt.reference,
        "dollars": str(receipt.amount.dollars),
    }
    try:
        added = credit(services.wallets, receipt, now_ms)
    except (AccountNotFound, InvalidInput) as error:
        # Money that came and cannot be credited: sending it again changes nothing, a person must look.
        logger.exception("payment not credited", extra={**told, "alert": ALERT, "code": error.code})
        return RECEIVED
    logger.info("payment received", extra={**told, "credited": added})
    return RECEIVED
