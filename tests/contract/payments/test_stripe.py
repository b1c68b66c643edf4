"""Stripe: sessions and notices, against the stand-in and against Stripe's own library."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import pytest
import stripe

from tidegate.adapters.http import HttpResponse
from tidegate.adapters.payments.protocol import (
    NoticeRejected,
    PaymentNotCreditable,
    PaymentsNotConfigured,
    PaymentsUnavailable,
    Receipt,
)
from tidegate.adapters.payments.stripe import Stripe
from tidegate.adapters.providers.protocol import KeyTest
from tidegate.domain.money import Money

SECRET = "whsec_5f2a"
NOW_S = 1_763_000_000
ACCOUNT = "22222222-2222-4222-8222-222222222222"
SESSION = {
    "id": "cs_test_1",
    "object": "checkout.session",
    "client_reference_id": ACCOUNT,
    "metadata": {"account_id": ACCOUNT},
    "amount_total": 2000,
    "currency": "usd",
    "payment_status": "paid",
}


class Secrets:
    """One provider's credentials."""

    def __init__(self, **credentials: str) -> None:
        self.credentials = credentials

    def provider(self, _name: str) -> Mapping[str, str]:
        return self.credentials

    def reread(self) -> bool:
        return False


class Http:
    """Answers with what it was given and keeps what was sent."""

    def __init__(self, status: int = 200, body: object = None) -> None:
        self.answer = HttpResponse(status, {}, json.dumps(body).encode())
        self.sent: list[dict[str, Any]] = []

    def request(self, method: str, url: str, **more: Any) -> HttpResponse:
        self.sent.append({"method": method, "url": url, **more})
        return self.answer


def adapter(http: Http | None = None, **credentials: str) -> Stripe:
    credentials = credentials or {"api_key": "sk_test_1", "webhook_secret": SECRET}
    return Stripe(
        http or Http(),  # type: ignore[arg-type]
        Secrets(**credentials),  # type: ignore[arg-type]
        base_url="https://api.stripe.com/",
        return_url="https://api.example.com/payments/stripe",
    )


def event(kind: str = "checkout.session.completed", **changes: Any) -> bytes:
    return json.dumps({"type": kind, "data": {"object": {**SESSION, **changes}}}).encode()


def signed(body: bytes, secret: str = SECRET, at_s: int = NOW_S) -> dict[str, str]:
    signature = hmac.new(secret.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return {"stripe-signature": f"t={at_s},v1={signature},v0=ignored"}


def test_a_session_is_asked_for_in_stripes_own_form() -> None:
    http = Http(body={"id": "cs_test_1", "url": "https://checkout.stripe.com/c/pay/cs_test_1"})
    checkout = adapter(http).open_checkout(ACCOUNT, Money.of("20"))
    assert (checkout.checkout_id, checkout.amount) == ("cs_test_1", Money.of("20"))
    (sent,) = http.sent
    assert sent["url"] == "https://api.stripe.com/v1/checkout/sessions"
    assert sent["headers"]["Authorization"] == "Bearer sk_test_1"
    assert b"line_items%5B0%5D%5Bprice_data%5D%5Bunit_amount%5D=2000" in sent["body"]


@pytest.mark.parametrize("http", [Http(402), Http(500), Http(200, []), Http(200, {"id": "x"}), Http(200)])
def test_without_a_session_nothing_was_paid(http: Http) -> None:
    with pytest.raises(PaymentsUnavailable):
        adapter(http).open_checkout(ACCOUNT, Money.of("20"))


@pytest.mark.parametrize("credentials", [{"webhook_secret": SECRET}, {"api_key": "sk_test_1"}])
def test_without_key_and_secret_nobody_is_asked(credentials: dict[str, str]) -> None:
    http = Http()
    with pytest.raises(PaymentsNotConfigured, match="set-key stripe"):
        adapter(http, **credentials).open_checkout(ACCOUNT, Money.of("20"))
    with pytest.raises(PaymentsNotConfigured):
        adapter(http, **credentials).try_key()
    assert http.sent == []


def test_a_key_that_was_replaced_is_read_again() -> None:
    http = Http(401)
    stripe_ = adapter(http)

    def reread() -> bool:
        http.answer = HttpResponse(200, {}, json.dumps({"id": "cs_1", "url": "https://x"}).encode())
        return True

    stripe_._secrets.reread = reread  # type: ignore[method-assign]
    assert stripe_.open_checkout(ACCOUNT, Money.of("20")).checkout_id == "cs_1"
    assert len(http.sent) == 2


@pytest.mark.parametrize(
    ("status", "result"), [(200, "accepted"), (401, "refused"), (403, "refused"), (429, "unanswered")]
)
def test_a_key_is_tried_without_making_anything(status: int, result: str) -> None:
    http = Http(status, {})
    assert adapter(http).try_key() == KeyTest(result)
    (sent,) = http.sent
    assert (sent["method"], sent["body"]) == ("GET", None)


@pytest.mark.parametrize("kind", ["checkout.session.completed", "checkout.session.async_payment_succeeded"])
def test_a_paid_session_is_a_receipt_and_stripes_own_library_takes_the_signature(kind: str) -> None:
    body = event(kind)
    headers = signed(body)
    stripe.WebhookSignature.verify_header(body.decode(), headers["stripe-signature"], SECRET, None)
    receipt = adapter().read_notice(headers, body, NOW_S)
    assert receipt == Receipt(ACCOUNT, Money.of("20"), "stripe:cs_test_1")


@pytest.mark.parametrize(
    "body",
    [
        event("checkout.session.expired"),
        event("invoice.paid"),
        event(payment_status="unpaid"),
        b'{"type": "checkout.session.completed"}',
        b'{"type": "checkout.session.completed", "data": {"object": 5}}',
    ],
)
def test_other_news_credits_nothing(body: bytes) -> None:
    assert adapter().read_notice(signed(body), body, NOW_S) is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"stripe-signature": ""},
        {"stripe-signature": "v1=abc"},
        {"stripe-signature": f"t={NOW_S}"},
        {"stripe-signature": f"t={NOW_S},v1=ü"},
        {"stripe-signature": f"t=²,v1={'0' * 64}"},
        {"stripe-signature": f"t={'9' * 5000},v1={'0' * 64}"},
        {"stripe-signature": f"t={NOW_S},t={NOW_S},v1={'0' * 64}"},
        signed(event(), secret="whsec_other"),
        signed(event(amount_total=1)),
        signed(event(), at_s=NOW_S - 301),
        signed(event(), at_s=NOW_S + 301),
    ],
)
def test_a_forged_or_stale_notice_is_rejected(headers: dict[str, str]) -> None:
    with pytest.raises(NoticeRejected):
        adapter().read_notice(headers, event(), NOW_S)


@pytest.mark.parametrize("metadata", [None, {}, 5, {"account_id": None}, {"account_id": ""}])
def test_a_session_that_we_did_not_open_is_other_news_whomever_it_names(metadata: object) -> None:
    body = event(metadata=metadata, client_reference_id=ACCOUNT)
    assert adapter().read_notice(signed(body), body, NOW_S) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_total": "2000"},
        {"amount_total": 0},
        {"amount_total": -5},
        {"amount_total": True},
        {"currency": "eur"},
    ],
)
def test_money_for_an_account_that_is_no_dollars_is_told_of_by_its_reference(changes: dict[str, Any]) -> None:
    body = event(**changes)
    with pytest.raises(PaymentNotCreditable) as caught:
        adapter().read_notice(signed(body), body, NOW_S)
    assert (caught.value.account_id, caught.value.reference) == (ACCOUNT, "stripe:cs_test_1")


def test_a_signed_notice_without_an_id_is_rejected() -> None:
    body = event(id=5)
    with pytest.raises(NoticeRejected):
        adapter().read_notice(signed(body), body, NOW_S)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null"])
def test_a_signed_body_that_is_no_object_is_rejected(body: bytes) -> None:
    with pytest.raises(NoticeRejected):
        adapter().read_notice(signed(body), body, NOW_S)


def test_without_a_webhook_secret_nothing_is_believed() -> None:
    body = event()
    with pytest.raises(NoticeRejected):
        adapter(api_key="sk").read_notice(signed(body, secret=""), body, NOW_S)
