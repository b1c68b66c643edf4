"""What follows from the tables' streams: executions, events, and the journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tidegate.adapters.dynamodb import generation_codec
from tidegate.adapters.dynamodb.wallets import movement_of
from tidegate.domain.budget import DEFAULT_BUDGETS
from tidegate.domain.generation import Generation, MediaType, Settlement, Status
from tidegate.domain.money import Money
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, grant
from tidegate.usecases.launch import Launcher
from tidegate.usecases.outbox import drain
from tidegate.usecases.submit import Order, submit

NOW_MS = 1_763_000_000_000
PRICE = Money.of("0.005")
GENERATION = Generation(
    account_id="account",
    generation_id="0199-generation",
    surface="babysea",
    model="bfl/flux-schnell",
    media_type=MediaType.IMAGE,
    params={},
    providers=("replicate",),
    price=PRICE,
    status=Status.PENDING,
    prediction_id="pred_1",
    created_at_ms=NOW_MS,
    expires_at_ms=NOW_MS + 1,
)


class Machine:
    """Remembers the names of executions."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def start(self, name: str, payload: Mapping[str, Any]) -> bool:
        self.names.append(name)
        return True


class Bus:
    """Remembers events, or is down."""

    def __init__(self, *, down: bool = False) -> None:
        self.events: list[Mapping[str, Any]] = []
        self._down = down

    def publish(self, events: Sequence[Mapping[str, Any]]) -> None:
        if self._down:
            raise RuntimeError("the bus is down")
        self.events += events


def _record(new: Generation, old: Generation | None = None) -> dict[str, Any]:
    images = {"NewImage": generation_codec.to_item(new)}
    if old is not None:
        images["OldImage"] = generation_codec.to_item(old)
    return {"eventName": "MODIFY" if old else "INSERT", "dynamodb": images}


def _present(generation: Generation) -> dict[str, Any]:
    return {"event_id": f"{generation.generation_id}:{generation.status}"}


def _drain(records: list[dict[str, Any]], machine: Machine, bus: Bus) -> int:
    return drain(records, Launcher(machine, DEFAULT_BUDGETS), bus, _present)  # type: ignore[arg-type]


def test_a_new_generation_starts_its_execution_and_is_no_event() -> None:
    machine, bus = Machine(), Bus()
    assert _drain([_record(GENERATION)], machine, bus) == 0
    assert machine.names == ["0199-generation"]
    assert not bus.events


def test_every_change_of_status_is_one_event() -> None:
    processing = replace(GENERATION, status=Status.PROCESSING)
    succeeded = replace(GENERATION, status=Status.SUCCEEDED)
    bus = Bus()
    records = [_record(processing, GENERATION), _record(succeeded, processing)]
    assert _drain(records, Machine(), bus) == 2
    assert [event["event_id"] for event in bus.events] == [
        "0199-generation:processing",
        "0199-generation:succeeded",
    ]


def test_a_change_that_is_not_of_the_status_is_no_event() -> None:
    bus = Bus()
    _drain([_record(replace(GENERATION, provider_used="fal"), GENERATION)], Machine(), bus)
    assert not bus.events


def test_a_bus_that_is_down_makes_the_batch_come_again() -> None:
    with pytest.raises(RuntimeError):
        _drain([_record(replace(GENERATION, status=Status.FAILED), GENERATION)], Machine(), Bus(down=True))


def _wallet_image(runtime: Runtime, account_id: str) -> dict[str, Any]:
    return runtime.dynamodb.get_item(
        TableName="wallets", Key={"account_id": {"S": account_id}, "item": {"S": "wallet"}}
    )["Item"]


def test_the_journal_tells_every_movement_once_with_the_balances_after_it(runtime: Runtime) -> None:
    account_id = create_account(runtime.wallets, name="Acme", now_ms=NOW_MS).account_id
    assert movement_of(_wallet_image(runtime, account_id)) is None
    images = []
    grant(runtime.wallets, account_id=account_id, amount=PRICE * 2, reference="order:1", now_ms=NOW_MS)
    images.append(_wallet_image(runtime, account_id))
    order = Order(
        account_id=account_id,
        plan="enterprise",
        surface="babysea",
        model="bfl/flux-schnell",
        media_type=MediaType.IMAGE,
        params={},
        providers=("replicate",),
        price=PRICE,
        hold_s=1800,
    )
    generation = submit(runtime.generations, order, NOW_MS + 1).generation
    images.append(_wallet_image(runtime, account_id))
    runtime.generations.settle(generation, Status.SUCCEEDED, Settlement.CHARGE, changes={}, now_ms=NOW_MS + 2)
    images.append(_wallet_image(runtime, account_id))
    for image in images * 2:  # the stream delivers at least once
        moved = movement_of(image)
        assert moved is not None
        runtime.wallets.write_journal(*moved)
    journal = list(runtime.wallets.journal(account_id))
    assert [(entry.sequence, entry.kind.value, entry.reference) for entry in journal] == [
        (3, "charge", generation.generation_id),
        (2, "reserve", generation.generation_id),
        (1, "add", "order:1"),
    ]
    assert [(entry.balance, entry.held) for entry in journal] == [
        (PRICE, Money(0)),
        (PRICE, PRICE),
        (PRICE * 2, Money(0)),
    ]
