"""The store's answer to a submit is lost: what the caller is told then stays true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from tidegate.domain.errors import ServiceUnavailable, SubmitOutcomeUnknown
from tidegate.domain.generation import MediaType
from tidegate.domain.money import ZERO, Money
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, grant
from tidegate.usecases.submit import Order, submit

NOW_MS = 1_763_000_000_000
PRICE = Money.of("0.005")
LOST = ReadTimeoutError(endpoint_url="https://dynamodb")


@pytest.fixture
def order(runtime: Runtime) -> Order:
    account_id = create_account(runtime.wallets, name="Acme", now_ms=NOW_MS).account_id
    grant(runtime.wallets, account_id=account_id, amount=PRICE, reference="welcome", now_ms=NOW_MS)
    return Order(
        account_id=account_id,
        plan="enterprise",
        surface="babysea",
        model="bfl/flux-schnell",
        media_type=MediaType.IMAGE,
        params={"generation_prompt": "a seal"},
        providers=("replicate", "fal"),
        price=PRICE,
        hold_s=1800,
    )


def _stands(runtime: Runtime, order: Order) -> tuple[Money, Money, int]:
    account = runtime.wallets.get(order.account_id)
    assert account is not None
    listed = runtime.listing.page(order.account_id, total=5, offset=0, limit=5, now_ms=NOW_MS)
    return account.wallet.balance, account.wallet.held, len(listed)


def _submit_late(runtime: Runtime, order: Order, told: type[Exception]) -> Callable[[], None]:
    """Submit while the store takes its time; returns what writes at last."""
    requests: list[dict[str, Any]] = []

    def takes_its_time(**request: Any) -> None:
        requests.append(request)
        raise LOST

    def write() -> None:
        for request in requests:
            runtime.dynamodb.transact_write_items(**request)

    with patch.object(runtime.dynamodb, "transact_write_items", takes_its_time), pytest.raises(told):
        submit(runtime.generations, order, NOW_MS)
    return write


def test_nothing_is_held_after_it_was_said_that_nothing_is(runtime: Runtime, order: Order) -> None:
    write = _submit_late(runtime, order, ServiceUnavailable)
    with pytest.raises(ClientError, match="TransactionCanceledException"):
        write()
    assert _stands(runtime, order) == (PRICE, ZERO, 0)
    submit(runtime.generations, order, NOW_MS)
    assert _stands(runtime, order) == (ZERO, PRICE, 1)


def test_the_same_holds_where_that_answer_is_repeated(runtime: Runtime, order: Order) -> None:
    put = runtime.dynamodb.put_item

    def twice(**request: Any) -> Any:
        put(**request)
        return put(**request)

    with patch.object(runtime.dynamodb, "put_item", twice):
        write = _submit_late(runtime, order, ServiceUnavailable)
    with pytest.raises(ClientError, match="TransactionCanceledException"):
        write()


def test_what_is_still_being_written_is_not_guessed_about(runtime: Runtime, order: Order) -> None:
    conflict = ClientError({"Error": {"Code": "TransactionConflictException"}}, "PutItem")
    with patch.object(runtime.dynamodb, "put_item", side_effect=conflict):
        write = _submit_late(runtime, order, SubmitOutcomeUnknown)
    write()
    assert _stands(runtime, order) == (ZERO, PRICE, 1)
