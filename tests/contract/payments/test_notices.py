"""What comes of a payment provider's notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.contract.babysea.events import event
from tidegate.adapters.payments.protocol import NoticeRejected, PaymentNotCreditable, Receipt
from tidegate.domain.errors import AccountNotFound, InvalidInput
from tidegate.domain.money import Money
from tidegate.surfaces.payments import ALERT, MAX_BYTES, take_notice

RECEIPT = Receipt("account-1", Money.of("20"), "stripe:cs_1")


@dataclass
class Provider:
    """Believes what it is told, or does not."""

    said: Receipt | Exception | None = RECEIPT

    def read_notice(self, headers: Mapping[str, str], body: bytes, now_s: int) -> Receipt | None:
        """Read a notice."""
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


@dataclass
class Wallets:
    """Grants once a reference, or raises."""

    fails: Exception | None = None
    granted: dict[str, tuple[str, Money]] = field(default_factory=dict)

    def grant(self, account_id: str, amount: Money, *, reference: str, now_ms: int) -> bool:
        """Grant."""
        if self.fails:
            raise self.fails
        return self.granted.setdefault(reference, (account_id, amount)) is None


@dataclass
class Services:
    """What a notice needs."""

    payments: Any = field(default_factory=Provider)
    wallets: Any = field(default_factory=Wallets)

    def now_ms(self) -> int:
        """The time."""
        return 1_763_000_000_000


def _sent(services: Services, method: str = "POST", raw: str = "{}") -> tuple[int, Any]:
    response = take_notice(event(method, "/payments/stripe", raw=raw), services)
    return response.status, response.body


def test_a_payment_is_credited_once_however_often_it_is_told(caplog: pytest.LogCaptureFixture) -> None:
    services = Services()
    assert [_sent(services)[0] for _ in range(5)] == [200] * 5
    assert services.wallets.granted == {"stripe:cs_1": ("account-1", Money.of("20"))}


def test_other_news_is_taken_and_changes_nothing() -> None:
    services = Services(Provider(None))
    assert _sent(services) == (200, {"received": True})
    assert services.wallets.granted == {}


def test_what_is_not_believed_is_rejected_without_a_reason() -> None:
    services = Services(Provider(NoticeRejected("the signature is stale")))
    assert _sent(services) == (400, {"error": "rejected"})
    assert _sent(Services(), raw="x" * (MAX_BYTES + 1)) == (400, {"error": "rejected"})
    assert services.wallets.granted == {}


@pytest.mark.parametrize(
    "error", [AccountNotFound("There is no account account-1."), InvalidInput("another amount")]
)
def test_money_that_cannot_be_credited_alarms_and_is_not_sent_again(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    assert _sent(Services(wallets=Wallets(error)))[0] == 200
    line = vars(caplog.records[-1])
    told = {name: line[name] for name in ("alert", "account_id", "reference", "dollars")}
    assert told == {"alert": ALERT, "account_id": "account-1", "reference": "stripe:cs_1", "dollars": "20"}


def test_money_that_is_no_dollars_alarms_and_is_not_sent_again(caplog: pytest.LogCaptureFixture) -> None:
    paid = PaymentNotCreditable("2000 eur", account_id="account-1", reference="stripe:cs_1")
    services = Services(Provider(paid))
    assert _sent(services) == (200, {"received": True})
    line = vars(caplog.records[-1])
    told = {name: line[name] for name in ("alert", "account_id", "reference")}
    assert told == {"alert": ALERT, "account_id": "account-1", "reference": "stripe:cs_1"}
    assert services.wallets.granted == {}


def test_a_store_that_is_down_lets_the_notice_come_again() -> None:
    assert _sent(Services(wallets=Wallets(RuntimeError("down")))) == (503, {"error": "unavailable"})


def test_whoever_paid_is_thanked_and_credits_nothing_by_coming_back() -> None:
    services = Services()
    status, text = _sent(services, "GET")
    assert (status, "Thank you" in text) == (200, True)
    assert services.wallets.granted == {}
