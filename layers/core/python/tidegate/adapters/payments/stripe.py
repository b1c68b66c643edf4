"""Stripe Checkout: a session is created by its API; its signed webhook tells that it was paid.

Facts: Stripe API reference, "Create a Checkout Session" and "The Checkout Session object"; Stripe docs,
"Verify webhook signatures manually" (v1: HMAC-SHA256 over ``<t>.<body>``, keyed with the whole secret).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from tidegate.adapters.http import (
    BodyTooLarge,
    ConnectFailed,
    HttpClient,
    HttpResponse,
    ResponseLost,
    UnsafeUrl,
)
from tidegate.adapters.payments.credentials import PAYMENTS, STRIPE
from tidegate.adapters.payments.protocol import (
    Checkout,
    NoticeRejected,
    PaymentNotCreditable,
    PaymentsNotConfigured,
    PaymentsUnavailable,
    Receipt,
)
from tidegate.adapters.providers.credentials import API_KEY, WEBHOOK_SECRET, has_all
from tidegate.adapters.providers.protocol import KeyTest
from tidegate.adapters.secrets import Secrets
from tidegate.domain.money import Money

DEFAULT_BASE_URL: Final = "https://api.stripe.com"
TOLERANCE_S: Final = 300  # what Stripe's own libraries allow
_TIMEOUT_S: Final = 10.0
_MAX_ANSWER_BYTES: Final = 262_144
_MICROS_PER_CENT: Final = 10_000
_PAID_EVENTS: Final = frozenset({"checkout.session.completed", "checkout.session.async_payment_succeeded"})
_OK: Final = 200
_REFUSED: Final = frozenset({401, 403})


class Stripe:
    """One Stripe account. Card data never reaches us."""

    def __init__(self, http: HttpClient, secrets: Secrets, *, base_url: str, return_url: str) -> None:
        """``return_url`` is where Stripe sends the customer afterwards."""
        self._http = http
        self._secrets = secrets
        self._base_url = base_url.rstrip("/")
        self._return_url = return_url

    def open_checkout(self, account_id: str, amount: Money) -> Checkout:
        """Create a Checkout Session for one payment in US dollars.

        Raises:
            PaymentsNotConfigured: no key, or no secret to verify notices with.
            PaymentsUnavailable: no session came of it.
        """
        form = urlencode(
            {
                "mode": "payment",
                "client_reference_id": account_id,
                "metadata[account_id]": account_id,
                "line_items[0][quantity]": 1,
                "line_items[0][price_data][currency]": "usd",
                "line_items[0][price_data][unit_amount]": amount.micros // _MICROS_PER_CENT,
                "line_items[0][price_data][product_data][name]": "Wallet top-up",
                "success_url": f"{self._return_url}?paid=1",
                "cancel_url": self._return_url,
            }
        )
        answer = self._ask("POST", form.encode())
        if answer.status in _REFUSED and self._secrets.reread():  # the key may have been replaced
            answer = self._ask("POST", form.encode())
        session = _session(answer)
        session_id, url = session.get("id"), session.get("url")
        if not isinstance(session_id, str) or not isinstance(url, str):
            raise PaymentsUnavailable("Stripe answered without a session")
        return Checkout(session_id, url, amount)

    def read_notice(self, headers: Mapping[str, str], body: bytes, now_s: int) -> Receipt | None:
        """Verify a webhook and read it. A session that is not paid yet is told of again when it is.

        Raises:
            NoticeRejected: not signed by Stripe within the last five minutes, or not what Stripe sends.
            PaymentNotCreditable: paid for one of our accounts, and not in US dollars.
        """
        header = headers.get("stripe-signature", "")
        try:
            self._verify(header, body, now_s)
        except NoticeRejected:
            if not self._secrets.reread():
                raise
            self._verify(header, body, now_s)
        event = _object(body)
        session = event.get("data", {}).get("object") if isinstance(event.get("data"), dict) else None
        if event.get("type") not in _PAID_EVENTS or not isinstance(session, dict):
            return None
        if session.get("payment_status") != "paid":
            return None
        return _payment(session)

    def _verify(self, header: str, body: bytes, now_s: int) -> None:
        secret = (self._secrets.provider(STRIPE) or {}).get(WEBHOOK_SECRET)
        if not secret:
            raise NoticeRejected("no Stripe webhook secret is configured")
        fields = [part.strip().partition("=") for part in header.split(",")]
        stamps = [value for name, _, value in fields if name == "t"]
        if len(stamps) != 1 or not stamps[0].isascii() or not stamps[0].isdigit():
            raise NoticeRejected("the signature header has no timestamp")
        stamp = stamps[0]
        expected = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        given = [value.encode() for name, _, value in fields if name == "v1"]
        if not any(hmac.compare_digest(value, expected.encode()) for value in given):
            raise NoticeRejected("the signature does not match")
        if abs(now_s - int(stamp[:12])) > TOLERANCE_S:
            raise NoticeRejected("the signature is stale")

    def try_key(self) -> KeyTest:
        """Ask for the newest session, which only a good key may see.

        Raises:
            PaymentsNotConfigured: there is none.
        """
        try:
            answer = self._ask("GET", None, "?limit=1")
        except PaymentsNotConfigured:
            raise
        except PaymentsUnavailable:
            return KeyTest.UNANSWERED
        if answer.status in _REFUSED:
            return KeyTest.REFUSED
        return KeyTest.ACCEPTED if answer.status == _OK else KeyTest.UNANSWERED

    def _ask(self, method: str, body: bytes | None, query: str = "") -> HttpResponse:
        credentials = self._secrets.provider(STRIPE) or {}
        if not has_all(PAYMENTS[STRIPE], credentials):
            raise PaymentsNotConfigured("no Stripe key is configured: `tidegate provider set-key stripe`")
        headers = {"Authorization": f"Bearer {credentials[API_KEY]}"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            return self._http.request(
                method,
                f"{self._base_url}/v1/checkout/sessions{query}",
                headers=headers,
                body=body,
                timeout_s=_TIMEOUT_S,
                max_bytes=_MAX_ANSWER_BYTES,
            )
        except (ConnectFailed, ResponseLost, BodyTooLarge, UnsafeUrl) as error:
            raise PaymentsUnavailable(f"Stripe did not answer: {error}") from error


def _session(answer: HttpResponse) -> Mapping[str, Any]:
    if answer.status != _OK:
        raise PaymentsUnavailable(f"Stripe answered {answer.status}")
    try:
        return _object(answer.body)
    except NoticeRejected as error:
        raise PaymentsUnavailable("Stripe's answer cannot be read") from error


def _payment(session: Mapping[str, Any]) -> Receipt | None:
    account_id = _account_of(session)
    if account_id is None:
        return None
    session_id, cents, currency = (session.get(name) for name in ("id", "amount_total", "currency"))
    if not isinstance(session_id, str):
        raise NoticeRejected("the session has no id")
    reference = f"{STRIPE}:{session_id}"
    if type(cents) is not int or cents <= 0 or currency != "usd":
        told = f"{cents} {currency} are no amount in US dollars"
        raise PaymentNotCreditable(told, account_id=account_id, reference=reference)
    return Receipt(account_id, Money(cents * _MICROS_PER_CENT), reference)


def _account_of(session: Mapping[str, Any]) -> str | None:
    """Whose wallet is filled; None for a session that we did not open, as for other goods of the operator.

    Only the metadata is ours. Whoever pays by a Payment Link sets client_reference_id in its URL (Stripe
    docs, "Payment Links: URL parameters") and would be credited here for what was bought there.
    """
    metadata = session.get("metadata")
    account_id = metadata.get("account_id") if isinstance(metadata, dict) else None
    return account_id if isinstance(account_id, str) and account_id else None


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NoticeRejected("the body is not JSON") from error
    if not isinstance(value, dict):
        raise NoticeRejected("the body is not an object")
    return value
