"""GET /v1/user/account and /v1/user/billing (contracts §1.3, §1.4)."""

from __future__ import annotations

import pytest

from tests.contract.babysea.gateway import NOW, NOW_MS, Gateway
from tidegate.domain.money import Money
from tidegate.usecases.accounts import create_account


def test_the_account_is_the_keys(gateway: Gateway) -> None:
    reply = gateway.account()
    assert reply.status == 200
    assert reply.body.keys() == {"status", "request_id", "message", "timestamp", "data"}
    assert reply.data == {
        "account_id": gateway.account_id,
        "account_name": "Acme",
        "account_email": None,
        "account_is_personal": False,
        "account_picture_url": None,
        "account_created_at": NOW,
    }


def test_an_email_is_shown(gateway: Gateway) -> None:
    account = create_account(gateway.runtime.wallets, name="Mail", email="ops@acme.example", now_ms=NOW_MS)
    reply = gateway.account(token=gateway.add_key(account.account_id))
    assert reply.data["account_email"] == "ops@acme.example"


def test_billing_shows_the_balance_and_no_subscription(gateway: Gateway) -> None:
    gateway.generate()
    assert gateway.billing().data == {
        "account_id": gateway.account_id,
        "billing_plan": None,
        "billing_credit_balance": 0.995,
        "billing_subscription_status": None,
        "billing_cancel_at_period_end": None,
        "billing_currency": None,
        "billing_period_starts_at": None,
        "billing_period_ends_at": None,
        "billing_created_at": None,
        "billing_updated_at": None,
    }


@pytest.mark.parametrize("granted", ["0", "0.001", "12.48", "9999999.999"])
def test_a_balance_is_the_number_that_was_granted(gateway: Gateway, granted: str) -> None:
    _, token = gateway.open_account(granted)
    shown = gateway.billing(token=token).data["billing_credit_balance"]
    assert Money.of(repr(shown)) == Money.of(granted)


def test_an_account_that_is_gone_is_not_found(gateway: Gateway) -> None:
    gateway.runtime.dynamodb.delete_item(
        TableName="wallets", Key={"account_id": {"S": gateway.account_id}, "item": {"S": "wallet"}}
    )
    for reply in (gateway.account(), gateway.billing(), gateway.list(), gateway.estimate("bfl/flux-schnell")):
        assert (reply.status, reply.error["code"]) == (404, "BSE1008")
