"""Refusals that no request brings about by itself: what is behind the surface is busy, down or broken."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.contract.babysea.gateway import Clock
from tests.contract.banatie.client import Client
from tests.contract.moderation.test_moderation import Verdict
from tidegate.adapters.dynamodb.transaction import StillInConflict
from tidegate.domain.errors import SubmitOutcomeUnknown

FREE, BUSY = {"Code": "None"}, {"Code": "TransactionConflict"}
DOWN = EndpointConnectionError(endpoint_url="https://dynamodb.us-east-1.amazonaws.com/")


class Broken:
    """A store that answers whatever it is asked with the same fault."""

    def __init__(self, fault: Exception) -> None:
        self._fault = fault

    def __getattr__(self, _name: str) -> Any:
        raise self._fault


def _with(client: Client, monkeypatch: pytest.MonkeyPatch, name: str, stand_in: object) -> Client:
    monkeypatch.setitem(client.runtime.__dict__, name, stand_in)
    return client


def test_a_first_request_in_progress_is_told_of(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> None:
        raise StillInConflict([FREE, FREE, BUSY])

    monkeypatch.setattr(client.runtime.generations, "create", busy)
    reply = client.generate(headers={"idempotency-key": "order-1"})
    assert reply.error[:2] == (409, "IDEMPOTENCY_IN_PROGRESS")
    assert client.books() == ("$1", "$0")


def test_three_at_once_are_too_many_for_the_smallest_plan(runtime: Clock) -> None:
    small = Client(runtime, plan="free")
    replies = [small.generate() for _ in range(3)]
    assert replies[-1].error[:2] == (429, "CONCURRENCY_LIMIT_EXCEEDED")
    assert int(replies[-1].headers["retry-after"]) >= 1


def test_a_suspended_account_makes_nothing(client: Client) -> None:
    client.runtime.wallets.suspend(client.account_id, 1)
    assert client.generate().error[:2] == (403, "FORBIDDEN")
    assert client.call("generations_list").data == []


def test_a_prompt_that_is_refused_costs_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = _with(client, monkeypatch, "moderator", Verdict(verdict=True)).generate()
    assert reply.error[:2] == (400, "VALIDATION_ERROR")
    assert client.books() == ("$1", "$0")


def test_a_store_that_is_down_is_said_to_be(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = _with(client, monkeypatch, "library", Broken(DOWN)).call("images_list")
    assert reply.error[:2] == (503, "SERVICE_UNAVAILABLE")
    assert "dynamodb" not in reply.error[2]


def test_a_submit_whose_outcome_is_lost_is_no_refusal(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = Broken(SubmitOutcomeUnknown("The answer of the store was lost."))
    reply = _with(client, monkeypatch, "generations", lost).generate()
    assert reply.error[:2] == (503, "SERVICE_UNAVAILABLE")


def test_a_fault_of_ours_leaks_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = _with(client, monkeypatch, "library", Broken(RuntimeError("secret detail"))).call("images_list")
    assert reply.error == (500, "INTERNAL_ERROR", "An internal error occurred.")
