"""POST /v1/content/generation/cancel/{generation_id} (contracts §1.9)."""

from __future__ import annotations

from tests.contract.babysea.gateway import NOW_MS, Gateway
from tidegate.domain.attempt import Attempt, AttemptStatus
from tidegate.domain.generation import Settlement, Status
from tidegate.domain.money import Money


def test_canceling_gives_the_price_back(gateway: Gateway) -> None:
    generation_id = gateway.generate().data["generation_id"]
    assert gateway.balance() == ("$0.995", "$0.005")
    reply = gateway.cancel(generation_id)
    assert reply.status == 200
    assert reply.data == {
        "generation_id": generation_id,
        "generation_status": "canceled",
        "provider_cancel_sent": False,
        "credits_refunded": True,
    }
    assert gateway.balance() == ("$1", "$0")


def test_a_provider_at_work_is_told(gateway: Gateway) -> None:
    generation_id = gateway.generate().data["generation_id"]
    gateway.runtime.generations.attempts.create(
        Attempt(
            account_id=gateway.account_id,
            generation_id=generation_id,
            number=1,
            provider="replicate",
            status=AttemptStatus.SUBMITTED,
            callback_token="token",
            cost=Money.of("0.003"),
            started_at_ms=NOW_MS,
            deadline_ms=NOW_MS + 60_000,
            lease_until_ms=NOW_MS,
        )
    )
    assert gateway.cancel(generation_id).data["provider_cancel_sent"] is True


def test_a_second_cancel_is_too_late(gateway: Gateway) -> None:
    generation_id = gateway.generate().data["generation_id"]
    gateway.cancel(generation_id)
    reply = gateway.cancel(generation_id)
    assert (reply.status, reply.error["code"], reply.error["retryable"]) == (409, "BSE3002", False)
    assert gateway.balance() == ("$1", "$0")


def test_what_has_succeeded_cannot_be_canceled(gateway: Gateway) -> None:
    generation_id = gateway.generate().data["generation_id"]
    stored = gateway.runtime.generations.get(gateway.account_id, generation_id)
    assert stored is not None
    gateway.runtime.generations.settle(
        stored, Status.SUCCEEDED, Settlement.CHARGE, changes={}, now_ms=NOW_MS + 1
    )
    assert gateway.cancel(generation_id).error["code"] == "BSE3002"
    assert gateway.balance() == ("$0.995", "$0")


def test_another_accounts_generation_is_not_found(gateway: Gateway) -> None:
    generation_id = gateway.generate().data["generation_id"]
    _, other_token = gateway.open_account("1")
    reply = gateway.cancel(generation_id, token=other_token)
    assert (reply.status, reply.error["code"]) == (404, "BSE3001")
    assert gateway.balance() == ("$0.995", "$0.005")


def test_an_id_that_is_none_is_not_found(gateway: Gateway) -> None:
    assert gateway.cancel("everything").error["code"] == "BSE3001"
