"""Two accounts: neither sees, changes or counts anything of the other's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.contract.babysea.gateway import Gateway, Reply

Ask = Callable[[Gateway, str, str], Reply]


@pytest.fixture
def stranger(gateway: Gateway) -> str:
    """A key of full access to another account, which holds five credits."""
    return gateway.open_account("5")[1]


@pytest.mark.parametrize(
    "ask",
    [
        lambda g, generation_id, token: g.get(generation_id, token=token),
        lambda g, generation_id, token: g.cancel(generation_id, token=token),
        lambda g, generation_id, token: g.delete(generation_id, token=token),
    ],
    ids=["get", "cancel", "delete"],
)
@pytest.mark.parametrize("ended", [False, True])
def test_anothers_generation_is_as_unknown_as_one_that_never_was(
    gateway: Gateway,
    stranger: str,
    ask: Ask,
    ended: bool,  # noqa: FBT001
) -> None:
    generation_id = gateway.generate().data["generation_id"]
    if ended:
        gateway.succeed(generation_id)
    before = gateway.get(generation_id).data
    never = ask(gateway, "00000000-0000-7000-8000-000000000000", stranger)
    reply = ask(gateway, generation_id, stranger)
    assert (reply.status, reply.error) == (never.status, never.error)
    assert (reply.status, reply.error["code"]) == (404, "BSE3001")
    assert gateway.get(generation_id).data == before


def test_a_list_holds_and_counts_the_accounts_own(gateway: Gateway, stranger: str) -> None:
    ours = gateway.generate().data["generation_id"]
    theirs = [gateway.generate(token=stranger).data["generation_id"] for _ in range(2)]
    for token, expected in ((gateway.token, [ours]), (stranger, theirs)):
        reply = gateway.list(token=token)
        assert reply.body["total"] == len(expected)
        assert {entry["generation_id"] for entry in reply.data["generations"]} == set(expected)


def test_account_and_balance_are_the_keys_own(gateway: Gateway, stranger: str) -> None:
    assert gateway.account(token=stranger).data["account_id"] != gateway.account_id
    assert gateway.billing(token=stranger).data["billing_credit_balance"] == 5
    assert gateway.estimate("bfl/flux-schnell", token=stranger).data["credit_balance"] == 5
    assert gateway.estimate("bfl/flux-schnell").data["credit_balance"] == 1


@pytest.mark.parametrize("query", [{"account_id": "x"}, {"account": "x"}])
def test_no_query_chooses_another_account(gateway: Gateway, stranger: str, query: dict[str, object]) -> None:
    query = dict.fromkeys(query, gateway.account_id)
    gateway.generate()
    assert gateway.list(query, token=stranger).body["total"] == 0
    assert gateway.account(query=query, token=stranger).data["account_id"] != gateway.account_id
