"""Pages of an account's generations, by offset (docs/adr/0030)."""

from __future__ import annotations

import pytest

from benchmarks.metering import metering
from tidegate.domain.generation import MediaType
from tidegate.domain.money import Money
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, grant
from tidegate.usecases.list_generations import list_generations
from tidegate.usecases.submit import Order, submit

NOW_MS = 1_763_000_000_000


def _account(runtime: Runtime) -> str:
    account = create_account(runtime.wallets, name="Acme", plan="unlimited", now_ms=NOW_MS)
    grant(
        runtime.wallets,
        account_id=account.account_id,
        amount=Money.of("10"),
        reference="welcome",
        now_ms=NOW_MS,
    )
    return account.account_id


def _submit(
    runtime: Runtime, account_id: str, number: int, *, prompt: str = "A baby seal", at_ms: int = NOW_MS
) -> list[str]:
    """Accept generations a millisecond apart; return their ids, newest first."""
    orders = Order(
        account_id=account_id,
        plan="unlimited",
        surface="babysea",
        model="bfl/flux-schnell",
        media_type=MediaType.IMAGE,
        params={"generation_prompt": prompt},
        providers=("replicate",),
        price=Money.of("0.001"),
        hold_s=1800,
    )
    return [
        submit(runtime.generations, orders, at_ms + step).generation.generation_id for step in range(number)
    ][::-1]


def _page(runtime: Runtime, account_id: str, limit: int, offset: int) -> list[str]:
    page = list_generations(
        runtime.wallets, runtime.listing, account_id=account_id, limit=limit, offset=offset, now_ms=NOW_MS
    )
    return [generation.generation_id for generation in page.generations]


def test_every_page_is_the_slice_of_the_whole(runtime: Runtime) -> None:
    account_id = _account(runtime)
    ids = _submit(runtime, account_id, 9)
    for offset in range(11):
        for limit in (1, 2, 4, 9, 100):
            assert _page(runtime, account_id, limit, offset) == ids[offset : offset + limit]


def test_pages_of_more_than_a_megabyte_are_whole(runtime: Runtime) -> None:
    account_id = _account(runtime)
    ids = _submit(runtime, account_id, 100, prompt="x" * 30_000)  # 3 MB: DynamoDB answers in parts of 1 MB
    assert _page(runtime, account_id, 60, 0) == ids[:60]
    assert _page(runtime, account_id, 45, 45) == ids[45:90]
    assert _page(runtime, account_id, 10, 90) == ids[90:]


def test_the_way_is_begun_from_the_nearer_end(runtime: Runtime) -> None:
    account_id = _account(runtime)
    _submit(runtime, account_id, 20)
    calls = []
    for offset in (0, 5, 10, 15):
        with metering() as meter:
            _page(runtime, account_id, 5, offset)
        calls.append(meter.calls["dynamodb:Query"])
    assert calls == [1, 2, 2, 1]


def test_a_deep_page_stays_in_its_place_while_generations_arrive(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_id = _account(runtime)
    ids = _submit(runtime, account_id, 10)
    total = runtime.wallets.get(account_id)
    _submit(runtime, account_id, 3, at_ms=NOW_MS + 1_000)
    monkeypatch.setattr(runtime.wallets, "get", lambda _account_id: total)
    assert _page(runtime, account_id, 3, 6) == ids[6:9]


def test_an_account_of_an_earlier_release_is_counted_from_now_on(runtime: Runtime) -> None:
    account_id = _account(runtime)
    runtime.dynamodb.update_item(
        TableName="wallets",
        Key={"account_id": {"S": account_id}, "item": {"S": "wallet"}},
        UpdateExpression="REMOVE generations",
    )
    assert _page(runtime, account_id, 10, 0) == []
    ids = _submit(runtime, account_id, 2)
    assert _page(runtime, account_id, 10, 0) == ids


def test_a_total_beyond_what_is_stored_ends_the_page(runtime: Runtime) -> None:
    account_id = _account(runtime)
    ids = _submit(runtime, account_id, 4)
    assert runtime.listing.page(account_id, total=100, offset=3, limit=5, now_ms=NOW_MS) == [
        runtime.generations.get(account_id, ids[3])
    ]
    assert runtime.listing.page(account_id, total=100, offset=5, limit=5, now_ms=NOW_MS) == []
