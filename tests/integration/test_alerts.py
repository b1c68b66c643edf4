"""Low-balance alerts over the wallets' stream: once per crossing, whatever is repeated or interrupted."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any
from unittest.mock import patch

import pytest

from functions.pipeline import alerts as function
from tidegate.domain.alerts import Alert
from tidegate.domain.errors import AccountNotFound
from tidegate.domain.generation import Generation, MediaType, Settlement, Status
from tidegate.domain.money import Money
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, grant
from tidegate.usecases.alerts import set_thresholds, watch
from tidegate.usecases.submit import Order, submit

NOW_MS = 1_763_000_000_000
CENTS_40 = Money.of("0.4")


class Bus:
    """Remembers events, or is down."""

    def __init__(self) -> None:
        self.events: list[Mapping[str, Any]] = []
        self.down = False

    def publish(self, events: Sequence[Mapping[str, Any]]) -> None:
        if self.down:
            raise RuntimeError("the bus is down")
        self.events += events

    @property
    def told(self) -> list[tuple[str, list[float]]]:
        """Each event's id, after the account, and its thresholds."""
        return [
            (
                event["event_id"].partition(":")[2],
                [crossed["threshold"] for crossed in event["data"]["thresholds_crossed"]],
            )
            for event in self.events
        ]


class Customer:
    """An account that buys and spends; every change of its wallet becomes a stream record."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime, self.bus = runtime, Bus()
        self.account_id = create_account(runtime.wallets, name="Acme", now_ms=NOW_MS).account_id
        self.records: list[dict[str, Any]] = []
        self._orders = itertools.count()
        self._image = self._read()

    def buys(self, dollars: str) -> None:
        grant(
            self.runtime.wallets,
            account_id=self.account_id,
            amount=Money.of(dollars),
            reference=f"order:{next(self._orders)}",
            now_ms=NOW_MS,
        )
        self._record()

    def spends(self, price: Money = CENTS_40) -> Generation:
        order = Order(
            account_id=self.account_id,
            plan="unlimited",
            surface="babysea",
            model="bfl/flux-schnell",
            media_type=MediaType.IMAGE,
            params={},
            providers=("replicate",),
            price=price,
            hold_s=60,
        )
        generation = submit(self.runtime.generations, order, NOW_MS).generation
        self._record()
        return generation

    def ends(self, generation: Generation, settlement: Settlement) -> None:
        status = Status.SUCCEEDED if settlement is Settlement.CHARGE else Status.FAILED
        self.runtime.generations.settle(generation, status, settlement, changes={}, now_ms=NOW_MS)
        self._record()

    def changes_plan(self) -> None:
        self.runtime.wallets.set_plan(self.account_id, "pro")
        self._record()

    def watched(self, records: Sequence[Mapping[str, Any]] | None = None) -> int:
        """Let the alerts see what happened since they last looked, or these records."""
        batch, self.records = (self.records, []) if records is None else (list(records), self.records)
        return watch(batch, self.runtime.alerts, self.bus, function._present).published  # type: ignore[arg-type]

    def _record(self) -> None:
        before, self._image = self._image, self._read()
        images = {"OldImage": before, "NewImage": self._image}
        self.records.append({"eventName": "MODIFY", "dynamodb": images})

    def _read(self) -> dict[str, Any]:
        key = {"account_id": {"S": self.account_id}, "item": {"S": "wallet"}}
        return self.runtime.dynamodb.get_item(TableName="wallets", Key=key)["Item"]


@pytest.fixture
def customer(runtime: Runtime) -> Customer:
    return Customer(runtime)


def test_an_account_is_told_once_that_its_balance_is_low(customer: Customer) -> None:
    customer.buys("1")
    customer.spends()
    assert customer.watched() == 0
    customer.spends()
    assert customer.watched() == 1
    customer.spends(Money.of("0.1"))
    assert customer.watched() == 0
    (event,) = customer.bus.events
    assert event == {
        "event_id": f"{customer.account_id}:low_balance:3",
        "event_type": "credits.low_balance",
        "account_id": customer.account_id,
        "occurred_at_ms": NOW_MS,
        "data": {
            "account_id": customer.account_id,
            "current_balance": 0.2,
            "thresholds_crossed": [{"threshold": 0.5, "balance_at": 0.2}],
        },
    }


def test_a_refund_re_arms_it(customer: Customer) -> None:
    customer.buys("0.6")
    customer.ends(customer.spends(), Settlement.REFUND)
    customer.spends()
    assert customer.watched() == 2
    assert customer.bus.told == [("low_balance:2", [0.5]), ("low_balance:4", [0.5])]


def test_a_charge_does_not_re_arm_it(customer: Customer) -> None:
    customer.buys("0.6")
    customer.ends(customer.spends(), Settlement.CHARGE)
    customer.spends(Money.of("0.1"))
    assert customer.watched() == 1


def test_a_credit_re_arms_it_although_the_record_was_written_before_it_had_fired(customer: Customer) -> None:
    customer.buys("0.6")
    customer.spends()
    customer.buys("1")
    customer.spends(Money.of("1"))  # all before the alerts look for the first time
    assert customer.watched() == 2


def test_one_movement_across_several_thresholds_is_one_event(customer: Customer) -> None:
    thresholds = [Money.of(dollars) for dollars in ("5", "1", "0.1")]
    set_thresholds(customer.runtime.alerts, account_id=customer.account_id, amounts=thresholds)
    customer.buys("6")
    customer.spends(Money.of("5.5"))
    customer.spends(Money.of("0.3"))
    customer.spends(Money.of("0.15"))
    customer.watched()
    assert customer.bus.told == [("low_balance:2", [5.0, 1.0]), ("low_balance:4", [0.1])]


def test_records_that_come_again_tell_nobody_twice(customer: Customer) -> None:
    customer.buys("0.6")
    customer.ends(customer.spends(), Settlement.REFUND)
    customer.spends()
    records = customer.records
    customer.watched(records)
    assert customer.watched(records) == 0
    assert len(customer.bus.events) == 2


@pytest.mark.parametrize("broken", ["before it is published", "before it is stored"])
def test_an_interruption_loses_no_event_and_repeats_it_under_its_own_name(
    customer: Customer, broken: str
) -> None:
    customer.buys("0.6")
    customer.spends()
    records = customer.records
    customer.bus.down = broken == "before it is published"
    store = patch.object(customer.runtime.alerts, "record", side_effect=RuntimeError)
    with store, pytest.raises(RuntimeError):
        customer.watched(records)
    customer.bus.down = False
    assert customer.watched(records) == 1
    assert customer.watched(records) == 0
    assert {told for told, _ in customer.bus.told} == {"low_balance:2"}


def test_a_change_that_is_no_movement_is_passed_over(customer: Customer) -> None:
    customer.buys("0.6")
    customer.spends()
    customer.watched()
    customer.buys("1")
    customer.watched()
    customer.changes_plan()
    assert customer.watched() == 0


def test_the_thresholds_of_a_new_wallet_are_not_looked_at_before_it_moves(runtime: Runtime) -> None:
    customer = Customer(runtime)
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": customer._read()}}
    assert customer.watched([record]) == 0


def test_far_above_its_thresholds_an_account_costs_no_call(customer: Customer) -> None:
    customer.buys("100")
    customer.watched()
    customer.ends(customer.spends(), Settlement.REFUND)
    with patch.object(customer.runtime.alerts, "get", side_effect=AssertionError):
        assert customer.watched() == 0


def test_changed_thresholds_keep_what_the_others_have_told(customer: Customer) -> None:
    customer.buys("0.6")
    customer.spends()
    customer.watched()
    amounts = [Money.of("0.5"), Money.of("0.1")]
    alerts = set_thresholds(customer.runtime.alerts, account_id=customer.account_id, amounts=amounts)
    assert [(str(alert.threshold), alert.armed) for alert in alerts] == [("$0.5", False), ("$0.1", True)]
    customer.spends(Money.of("0.15"))
    customer.watched()
    assert customer.bus.told == [("low_balance:2", [0.5]), ("low_balance:3", [0.1])]


def test_without_thresholds_nobody_is_told(customer: Customer) -> None:
    customer.buys("0.6")
    assert set_thresholds(customer.runtime.alerts, account_id=customer.account_id, amounts=[]) == ()
    assert set_thresholds(customer.runtime.alerts, account_id=customer.account_id, amounts=[]) == ()
    customer.spends()
    assert customer.watched() == 0


def test_a_threshold_that_is_gone_meanwhile_is_not_brought_back(customer: Customer) -> None:
    (alert,) = customer.runtime.alerts.get(customer.account_id)
    set_thresholds(customer.runtime.alerts, account_id=customer.account_id, amounts=[])
    customer.runtime.alerts.record(customer.account_id, alert)
    assert customer.runtime.alerts.get(customer.account_id) == ()


def test_an_unknown_account_has_no_alerts(runtime: Runtime) -> None:
    with pytest.raises(AccountNotFound):
        set_thresholds(runtime.alerts, account_id="nobody", amounts=[])


def test_the_function_publishes_what_it_finds(
    customer: Customer, monkeypatch: pytest.MonkeyPatch, aws: dict[str, str]
) -> None:
    monkeypatch.setattr(function, "runtime", customer.runtime)
    monkeypatch.setitem(vars(customer.runtime), "bus", customer.bus)
    customer.buys("0.6")
    customer.spends()
    function.handler({"Records": customer.records}, None)
    assert customer.bus.told == [("low_balance:2", [0.5])]


def test_an_account_that_is_gone_holds_up_nobody(customer: Customer) -> None:
    customer.buys("1")
    customer.spends(Money.of("0.6"))
    customer.runtime.dynamodb.delete_item(
        TableName="wallets", Key={"account_id": {"S": customer.account_id}, "item": {"S": "wallet"}}
    )
    assert customer.watched() == 0
    assert customer.bus.events == []


def test_of_two_operators_at_once_the_later_ones_thresholds_stand_alone(customer: Customer) -> None:
    table, others = customer.runtime.alerts, [Money.of("1"), Money.of("2")]
    read, met = table.get, list[bool]()

    def read_before_the_other(account_id: str) -> tuple[Alert, ...]:
        found = read(account_id)
        if not met:
            met.append(True)
            set_thresholds(table, account_id=account_id, amounts=others)
        return found

    with patch.object(table, "get", read_before_the_other):
        alerts = set_thresholds(table, account_id=customer.account_id, amounts=[CENTS_40])
    assert [alert.threshold for alert in alerts] == [CENTS_40]
