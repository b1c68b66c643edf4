"""Records lapse: gone at their second, whenever DynamoDB deletes them; totals and books stay exact."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.metering import metering
from tests.integration.test_verify_ledger import Shop
from tidegate.domain.errors import GenerationNotFound
from tidegate.domain.generation import Generation, MediaType, Settlement, Status
from tidegate.domain.money import Money
from tidegate.domain.retention import HOSTED_PLANS, Retention
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, grant
from tidegate.usecases.cancel import cancel
from tidegate.usecases.get_generation import get_generation
from tidegate.usecases.list_generations import list_generations
from tidegate.usecases.reap import Reaper
from tidegate.usecases.remove import remove
from tidegate.usecases.submit import Order, submit

NOW_MS = 1_763_000_000_000
SHORT, LONG = Retention(1, 24), Retention(1, 240)


class Account:
    """An account whose generations are accepted and end on the test's own clock."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.now_ms = NOW_MS
        self.account_id = create_account(runtime.wallets, name="Acme", now_ms=NOW_MS).account_id
        grant(
            runtime.wallets, account_id=self.account_id, amount=Money.of("10"), reference="1", now_ms=NOW_MS
        )

    def accepts(self, retention: Retention, *, ends: bool = True) -> Generation:
        self.now_ms += 1_000
        order = Order(
            account_id=self.account_id,
            plan="unlimited",
            surface="babysea",
            model="bfl/flux-schnell",
            media_type=MediaType.IMAGE,
            params={},
            providers=("replicate",),
            price=Money.of("0.001"),
            hold_s=100_000,
            retention=retention,
        )
        generation = submit(self.runtime.generations, order, self.now_ms).generation
        if ends:
            self.ends(generation)
        return generation

    def ends(self, generation: Generation) -> None:
        table = self.runtime.generations
        table.settle(generation, Status.FAILED, Settlement.REFUND, changes={}, now_ms=self.now_ms)

    def item(self, generation: Generation) -> dict[str, Any]:
        key = {"pk": {"S": self.account_id}, "sk": {"S": generation.generation_id}}
        return self.runtime.dynamodb.get_item(TableName="generations", Key=key).get("Item", {})

    def dynamodb_deletes(self, generation: Generation) -> None:
        key = {"pk": {"S": self.account_id}, "sk": {"S": generation.generation_id}}
        self.runtime.dynamodb.delete_item(TableName="generations", Key=key)

    def listed(self, limit: int = 100, offset: int = 0) -> tuple[int, list[str]]:
        page = list_generations(
            self.runtime.wallets,
            self.runtime.listing,
            account_id=self.account_id,
            limit=limit,
            offset=offset,
            now_ms=self.now_ms,
        )
        return page.total, [generation.generation_id for generation in page.generations]

    def reap(self) -> None:
        reaper = Reaper(
            self.runtime.wallets,
            self.runtime.generations,
            self.runtime.attempts,
            self.runtime.launcher,
            lambda: self.now_ms,
        )
        reaper.run(self.now_ms + 1_000)


@pytest.fixture
def account(runtime: Runtime) -> Account:
    return Account(runtime)


def test_only_what_has_ended_expires(account: Account) -> None:
    generation = account.accepts(SHORT, ends=False)
    assert "ttl" not in account.item(generation)
    account.ends(generation)
    until_s = SHORT.record_until_s(account.now_ms)
    assert account.item(generation)["ttl"] == {"N": str(until_s)}


def test_a_plan_that_keeps_records_for_ever_writes_no_expiry(account: Account) -> None:
    generation = account.accepts(Retention(1, None))
    assert "ttl" not in account.item(generation)
    account.now_ms += 10**12
    assert account.listed() == (1, [generation.generation_id])


def test_a_lapsed_record_is_not_found_while_the_table_still_has_it(account: Account) -> None:
    generation, runtime = account.accepts(SHORT), account.runtime
    where = {"account_id": account.account_id, "generation_id": generation.generation_id}
    until_s = SHORT.record_until_s(account.now_ms)
    assert until_s is not None
    assert get_generation(runtime.generations, **where, now_ms=until_s * 1000 - 1)
    now_ms = until_s * 1000
    with pytest.raises(GenerationNotFound):
        get_generation(runtime.generations, **where, now_ms=now_ms)
    with pytest.raises(GenerationNotFound):
        cancel(runtime.generations, runtime.attempts, **where, now_ms=now_ms)
    with pytest.raises(GenerationNotFound):
        remove(runtime.generations, runtime.outputs, **where, now_ms=now_ms)
    assert account.item(generation)


def test_total_and_pages_agree_at_every_moment_whatever_the_table_still_has(account: Account) -> None:
    """Short and long records mixed; some are deleted soon, most never, and the wallet is written off late."""
    rows = (SHORT, LONG, SHORT, SHORT, LONG, SHORT, LONG, SHORT)
    made = [(account.accepts(row), account.now_ms, row) for row in rows]
    made.append((account.accepts(SHORT, ends=False), account.now_ms, Retention(1, None)))
    seen: list[str] = []
    for step in range(300):
        account.now_ms += 1_000
        expected = [
            generation.generation_id
            for generation, ended_ms, row in reversed(made)
            if (until_s := row.record_until_s(ended_ms)) is None or account.now_ms < until_s * 1000
        ]
        if step % 10 == 0 or len(expected) != len(seen):
            seen = expected
            assert account.listed() == (len(expected), expected)
            for offset in range(len(expected) + 1):
                assert account.listed(2, offset) == (len(expected), expected[offset : offset + 2])
        if step == 100:
            account.dynamodb_deletes(made[0][0])
            account.dynamodb_deletes(made[2][0])
        if step in {120, 121, 250}:
            account.reap()
    wallet = account.runtime.wallets.get(account.account_id)
    assert wallet is not None
    assert (wallet.wallet.generations, dict(wallet.wallet.lapsing)) == (1, {})


def test_many_lapsed_records_do_not_make_a_page_slow(account: Account) -> None:
    for _ in range(60):
        account.accepts(SHORT)
    kept = [account.accepts(LONG).generation_id for _ in range(6)][::-1]
    account.now_ms += 30_000
    for limit, offset, calls in ((2, 0, 1), (1, 5, 7), (2, 3, 14)):
        with metering() as meter:
            assert account.listed(limit, offset) == (6, kept[offset : offset + limit])
        assert meter.calls["dynamodb:Query"] <= calls


def test_a_wallet_is_written_off_once(account: Account) -> None:
    account.accepts(SHORT)
    account.now_ms += 60_000
    stored = account.runtime.wallets.get(account.account_id)
    assert stored is not None
    lapsed = stored.wallet.lapsed(account.now_ms)
    assert [account.runtime.wallets.write_off(account.account_id, lapsed) for _ in range(2)] == [True, False]
    assert account.listed() == (0, [])


def test_the_hosted_plans_fit_their_counters_into_the_wallets_one_kilobyte(account: Account) -> None:
    """Every write of a wallet is billed by the kilobyte of the whole item."""
    row = HOSTED_PLANS["free"]
    for _ in range(24):
        account.now_ms += 3_600_000
        account.accepts(row)
    key = {"account_id": {"S": account.account_id}, "item": {"S": "wallet"}}
    wallet = account.runtime.dynamodb.get_item(TableName="wallets", Key=key)["Item"]
    assert sum(name.startswith("u1") for name in wallet) == 24
    assert len(str(wallet)) < 2_400  # with the punctuation of the wire; below 1 KB as DynamoDB counts


def test_books_of_lapsed_generations_are_verified_by_the_journal(runtime: Runtime) -> None:
    shop = Shop(runtime)
    shop.buys()
    kept, lapsed, deleted = (shop.submits() for _ in range(3))
    for generation in (kept, lapsed, deleted):
        shop.ends(generation)
    shop.now_ms += 400 * 86_400_000
    shop.loses(deleted)
    verified = shop.verified()
    assert (verified.generations, verified.lapsed, verified.differences) == (0, 3, ())


def test_a_record_that_is_gone_before_its_time_is_named(runtime: Runtime) -> None:
    shop = Shop(runtime)
    shop.buys()
    generation = shop.ends(shop.submits())
    shop.loses(generation)
    assert shop.differences() == [("no_generation", generation.generation_id)]


def test_a_record_that_lapses_while_the_books_are_read_is_no_difference(runtime: Runtime) -> None:
    shop = Shop(runtime)
    shop.buys()
    generation = shop.ends(shop.submits())

    def meanwhile(_is_written: object) -> None:
        shop.now_ms += 400 * 86_400_000
        shop.loses(generation)

    assert shop.verified(meanwhile).differences == ()
