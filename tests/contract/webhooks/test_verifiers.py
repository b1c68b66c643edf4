"""Public verifiers accept what we sign: stripe's for BabySea's scheme, standardwebhooks' for the other.

``X-BabySea-Signature`` is the scheme of ``Stripe-Signature``: ``t=…,v1=…``, HMAC-SHA256 of ``<t>.<body>``
keyed by the whole secret text.
"""

from __future__ import annotations

import time

import pytest
import stripe
from standardwebhooks import Webhook, WebhookVerificationError

from tidegate.domain.webhook_signing import signed_headers
from tidegate.domain.webhooks import (
    DEFAULT_EVENTS,
    Delivery,
    Endpoint,
    Event,
    EventType,
    mint_secret,
    new_delivery,
)

EVENT = Event(
    "gen-1:failed", EventType.FAILED, "acc-1", 1_700_000_000_000, {"generation_error": "für nichts 🌊"}
)
ENDPOINT = Endpoint("acc-1", "end-1", "https://example.com/", DEFAULT_EVENTS, b"", "", 1)


@pytest.fixture
def delivery() -> Delivery:
    return new_delivery(EVENT, ENDPOINT)


def test_stripes_verifier_accepts_the_babysea_signature(delivery: Delivery) -> None:
    secret = mint_secret()
    headers = signed_headers(delivery, secret, int(time.time()))
    assert stripe.WebhookSignature.verify_header(
        delivery.body, headers["X-BabySea-Signature"], secret, tolerance=300
    )


def test_stripes_verifier_refuses_another_secret_and_another_body(delivery: Delivery) -> None:
    secret = mint_secret()
    signed = signed_headers(delivery, secret, int(time.time()))["X-BabySea-Signature"]
    for body, key in ((delivery.body, mint_secret()), (delivery.body + " ", secret)):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.WebhookSignature.verify_header(body, signed, key)


def test_stripes_verifier_refuses_a_signature_older_than_its_tolerance(delivery: Delivery) -> None:
    secret = mint_secret()
    signed = signed_headers(delivery, secret, int(time.time()) - 301)["X-BabySea-Signature"]
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.WebhookSignature.verify_header(delivery.body, signed, secret, tolerance=300)


def test_the_standard_webhooks_verifier_accepts_the_companion_headers(delivery: Delivery) -> None:
    secret = mint_secret()
    headers = signed_headers(delivery, secret, int(time.time()))
    read = Webhook(secret).verify(delivery.body, headers)
    assert read["webhook_delivery_id"] == headers["webhook-id"] == delivery.key.delivery_id


def test_the_standard_webhooks_verifier_refuses_another_secret(delivery: Delivery) -> None:
    headers = signed_headers(delivery, mint_secret(), int(time.time()))
    with pytest.raises(WebhookVerificationError):
        Webhook(mint_secret()).verify(delivery.body, headers)


@pytest.mark.parametrize("known", ["new", "old"])
def test_during_a_rotation_both_verifiers_accept_either_secret(delivery: Delivery, known: str) -> None:
    secrets = {"new": mint_secret(), "old": mint_secret()}
    headers = signed_headers(delivery, secrets["new"], int(time.time()), secrets["old"])
    assert stripe.WebhookSignature.verify_header(
        delivery.body, headers["X-BabySea-Signature"], secrets[known], tolerance=300
    )
    Webhook(secrets[known]).verify(delivery.body, headers)


def test_during_a_rotation_a_verifier_that_reads_one_signature_reads_the_new_secrets(
    delivery: Delivery,
) -> None:
    # BabySea's SDK takes the first v1 (contracts: BabySea §8.3).
    new, old, now_s = mint_secret(), mint_secret(), int(time.time())
    sent = signed_headers(delivery, new, now_s, old)["X-BabySea-Signature"]
    first = next(part for part in sent.split(",") if part.startswith("v1="))
    assert f"t={now_s},{first}" == signed_headers(delivery, new, now_s)["X-BabySea-Signature"]
