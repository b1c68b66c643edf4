"""Verifying the ledger: sound books verify under traffic, and each thing that is tampered with is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest

from tidegate.adapters.dynamodb.ledger import LedgerReader
from tidegate.adapters.dynamodb.wallets import movement_of
from tidegate.domain.errors import AccountNotFound
from tidegate.domain.generation import Generation, MediaType, Settlement, Status
from tidegate.domain.money import Money
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, grant
from tidegate.usecases.submit import Order, submit
from tidegate.usecases.verify_ledger import Verification, verify_ledger

NOW_MS = 1_763_000_000_000
PRICE = Money.of("0.005")


class Shop:
    """An account whose wallet moves; the journal follows each movement, unless it is held up."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.account_id = create_account(runtime.wallets, name="Acme", now_ms=NOW_MS).account_id
        self.journal_is_up = True
        self._clock_ms = NOW_MS
        self.now_ms = NOW_MS

    def buys(self, dollars: str = "1", reference: str = "order:1") -> None:
        grant(
            self.runtime.wallets,
            account_id=self.account_id,
            amount=Money.of(dollars),
            reference=reference,
            now_ms=self._tick(),
        )
        self.journal()

    def submits(self) -> Generation:
        order = Order(
            account_id=self.account_id,
            plan="unlimited",
            surface="babysea",
            model="bfl/flux-schnell",
            media_type=MediaType.IMAGE,
            params={},
            providers=("replicate",),
            price=PRICE,
            hold_s=60,
        )
        generation = submit(self.runtime.generations, order, self._tick()).generation
        self.journal()
        return generation

    def ends(self, generation: Generation, status: Status = Status.SUCCEEDED) -> Generation:
        settlement = Settlement.CHARGE if status is Status.SUCCEEDED else Settlement.REFUND
        now_ms = self._tick()
        self.runtime.generations.settle(generation, status, settlement, changes={}, now_ms=now_ms)
        self.journal()
        return generation

    def journal(self) -> None:
        moved = movement_of(self.item("wallet"))
        if self.journal_is_up and moved:
            self.runtime.wallets.write_journal(*moved)

    def item(self, name: str) -> dict[str, Any]:
        return self.runtime.dynamodb.get_item(TableName="wallets", Key=self._key(name))["Item"]

    def drops(self, name: str) -> None:
        self.runtime.dynamodb.delete_item(TableName="wallets", Key=self._key(name))

    def tampers(self, name: str, attribute: str, value: dict[str, Any]) -> None:
        item = self.item(name) | {attribute: value}
        self.runtime.dynamodb.put_item(TableName="wallets", Item=item)

    def tampers_with(self, generation: Generation, attribute: str, value: dict[str, Any]) -> None:
        key = {"pk": {"S": self.account_id}, "sk": {"S": generation.generation_id}}
        item = self.runtime.dynamodb.get_item(TableName="generations", Key=key)["Item"]
        self.runtime.dynamodb.put_item(TableName="generations", Item=item | {attribute: value})

    def loses(self, generation: Generation) -> None:
        key = {"pk": {"S": self.account_id}, "sk": {"S": generation.generation_id}}
        self.runtime.dynamodb.delete_item(TableName="generations", Key=key)

    def verified(self, wait: Callable[[Callable[[], bool]], None] = lambda _: None) -> Verification:
        return verify_ledger(
            self.account_id,
            wallets=self.runtime.wallets,
            ledger=self.runtime.ledger,
            generations=self.runtime.generations,
            wait=wait,
            now_ms=lambda: self.now_ms,
        )

    def differences(self) -> list[tuple[str, str]]:
        return [(found.code, found.subject) for found in self.verified().differences]

    def _key(self, name: str) -> dict[str, Any]:
        return {"account_id": {"S": self.account_id}, "item": {"S": name}}

    def _tick(self) -> int:
        self._clock_ms += 1
        return self._clock_ms


@pytest.fixture
def shop(runtime: Runtime) -> Shop:
    return Shop(runtime)


@pytest.fixture
def busy(shop: Shop) -> tuple[Shop, Generation, Generation, Generation]:
    """A shop with a generation that succeeded, one that failed, and one in flight."""
    shop.buys()
    succeeded, failed, running = (shop.submits() for _ in range(3))
    shop.ends(failed, Status.FAILED)
    shop.ends(succeeded)
    return shop, succeeded, failed, running


Busy = tuple[Shop, Generation, Generation, Generation]


def test_a_new_account_verifies(shop: Shop) -> None:
    assert shop.differences() == []


def test_sound_books_verify(busy: Busy) -> None:
    verification = busy[0].verified()
    assert verification.differences == ()
    assert verification.generations == 3
    assert verification.wallet.sequence == 6
    assert verification.wallet.held == PRICE


def test_an_unknown_account_cannot_be_verified(shop: Shop) -> None:
    shop.account_id = "nobody"
    with pytest.raises(AccountNotFound):
        shop.verified()


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("balance", [("wrong_balance", "wallet")]),
        ("held", [("wrong_held", "wallet"), ("wrong_held", "wallet")]),
        ("in_flight", [("wrong_in_flight", "wallet")]),
    ],
)
def test_a_wallet_that_was_changed_is_told(
    busy: Busy, attribute: str, expected: list[tuple[str, str]]
) -> None:
    busy[0].tampers("wallet", attribute, {"N": "17"})
    assert busy[0].differences() == expected


def test_a_journal_entry_that_was_changed_is_told(busy: Busy) -> None:
    busy[0].tampers("journal#000000000004", "balance", {"N": "17"})
    assert busy[0].differences() == [("wrong_entry", "journal#4")]


def test_a_reserve_of_another_amount_is_told_by_its_generation(busy: Busy) -> None:
    shop, succeeded, _, _ = busy
    shop.tampers("journal#000000000002", "amount", {"N": "17"})
    assert shop.differences() == [
        ("wrong_entry", "journal#2"),
        ("wrong_reserve", succeeded.generation_id),
    ]


@pytest.mark.parametrize("number", [3, 6])
def test_an_entry_that_is_missing_is_told_with_what_it_was_about(busy: Busy, number: int) -> None:
    shop, succeeded, failed, _ = busy
    shop.drops(f"journal#{number:012d}")
    about = {3: ("not_reserved", failed.generation_id), 6: ("not_settled", succeeded.generation_id)}
    found = shop.differences()
    assert ("missing_entry", f"journal#{number}") in found
    assert about[number] in found


def test_a_price_that_was_changed_is_told(busy: Busy) -> None:
    shop, succeeded, _, running = busy
    shop.tampers_with(running, "price", {"N": "17"})
    assert shop.differences() == [("wrong_reserve", running.generation_id), ("wrong_held", "wallet")]
    shop.tampers_with(succeeded, "price", {"N": "17"})
    assert ("wrong_settlement", succeeded.generation_id) in shop.differences()


def test_a_status_that_does_not_fit_the_money_is_told(busy: Busy) -> None:
    shop, succeeded, _, running = busy
    shop.tampers_with(succeeded, "status", {"S": "failed"})
    assert shop.differences() == [("wrong_settlement", succeeded.generation_id)]
    shop.tampers_with(running, "status", {"S": "succeeded"})
    assert ("not_settled", running.generation_id) in shop.differences()


def test_a_generation_that_is_gone_is_told(busy: Busy) -> None:
    shop, succeeded, _, _ = busy
    shop.loses(succeeded)
    assert shop.differences() == [("no_generation", succeeded.generation_id)]


def test_a_generation_that_nobody_paid_for_is_told(busy: Busy) -> None:
    shop, succeeded, _, _ = busy
    stranger = "01234567-0000-7000-8000-000000000000"
    shop.tampers_with(succeeded, "sk", {"S": stranger})
    assert shop.differences() == [("not_reserved", stranger)]


def test_a_grant_and_its_credit_must_have_each_other(busy: Busy) -> None:
    shop = busy[0]
    name = next(
        item["item"]["S"]
        for item in shop.runtime.dynamodb.scan(TableName="wallets")["Items"]
        if item["item"]["S"].startswith("grant#")
    )
    shop.drops(name)
    assert shop.differences() == [("wrong_grant", "order:1")]


def test_a_journal_that_is_behind_is_waited_for(shop: Shop) -> None:
    shop.journal_is_up = False
    shop.buys()
    asked: list[bool] = []

    def wait(is_written: Callable[[], bool]) -> None:
        asked.append(is_written())
        shop.journal_is_up = True
        shop.journal()
        assert is_written()

    assert shop.verified(wait).differences == ()
    assert asked[0] is False


def test_a_journal_that_stays_behind_is_a_gap_at_the_end(shop: Shop) -> None:
    shop.buys()
    shop.journal_is_up = False
    shop.buys("2", "order:2")
    assert ("missing_entry", "journal#2") in shop.differences()


def _meanwhile(traffic: Callable[[], object], *, after: int) -> Any:
    """Let traffic happen once, when so many generations were read in the pass."""
    read = LedgerReader.generations

    def generations(ledger: LedgerReader, account_id: str) -> Any:
        number = 0
        for number, generation in enumerate(read(ledger, account_id), start=1):
            if number == after + 1:
                traffic()
            yield generation
        if number == after:
            traffic()

    return patch.object(LedgerReader, "generations", generations)


@pytest.mark.parametrize("after", range(4))
def test_books_that_move_while_they_are_verified_are_sound(busy: Busy, after: int) -> None:
    shop, _, _, running = busy

    def traffic() -> None:
        shop.ends(running)
        shop.buys("3", "order:2")
        shop.ends(shop.submits(), Status.CANCELED)
        shop.submits()

    with _meanwhile(traffic, after=after):
        verification = shop.verified()
    assert verification.differences == ()
    assert verification.wallet.sequence == 11


def test_what_ends_after_the_last_point_is_left_to_the_next_time(busy: Busy) -> None:
    shop, _, _, running = busy
    read = shop.runtime.generations.get

    def get(account_id: str, generation_id: str) -> Generation | None:
        shop.ends(running)
        return read(account_id, generation_id)

    with patch.object(shop.runtime.generations, "get", get):
        assert shop.differences() == []
    assert shop.differences() == []


def test_an_empty_stretch_of_the_journal_is_not_asked_for(shop: Shop) -> None:
    with patch.object(shop.runtime.dynamodb, "get_paginator", side_effect=AssertionError):
        assert list(shop.runtime.ledger.entries(shop.account_id, 4, 3)) == []


def test_a_grant_that_is_made_while_the_books_are_verified_is_sound(busy: Busy) -> None:
    shop = busy[0]
    with _meanwhile(lambda: shop.buys("3", "order:2"), after=1):
        assert shop.differences() == []
