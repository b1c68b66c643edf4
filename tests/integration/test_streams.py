"""What follows from the tables' streams: executions, events, and the journal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from functions.pipeline import journal, outbox
from tests.integration.conftest import SESSION
from tidegate.adapters.dynamodb import generation_codec
from tidegate.adapters.dynamodb.wallets import movement_of
from tidegate.domain.budget import DEFAULT_BUDGETS
from tidegate.domain.generation import Generation, MediaType, Output, Settlement, Status
from tidegate.domain.money import Money
from tidegate.runtime import ConfigurationError, Runtime
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
    return drain(records, Launcher(machine, DEFAULT_BUDGETS), bus, _present).published  # type: ignore[arg-type]


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


class Deployed:
    """Both stream functions on the in-process AWS; machine and bus remember, the failure queue is real."""

    def __init__(self, aws: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._sqs: Any = Runtime(aws, SESSION).client("sqs")
        self._url = self._sqs.create_queue(QueueName="failures")["QueueUrl"]
        self.machine, self.bus = Machine(), Bus()
        self.runtime = Runtime({**aws, "TIDEGATE_FAILURES_QUEUE_URL": self._url}, SESSION)
        self.runtime.__dict__["bus"] = self.bus
        self.runtime.__dict__["launcher"] = Launcher(self.machine, DEFAULT_BUDGETS)  # type: ignore[arg-type]
        for function in (outbox, journal):
            monkeypatch.setattr(function, "runtime", self.runtime)

    def failures(self) -> list[dict[str, Any]]:
        """What lies in the failure queue."""
        answer = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


@pytest.fixture
def deployed(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Deployed:
    return Deployed(aws, monkeypatch)


def _broken(record: dict[str, Any], name: str, value: dict[str, Any] | None) -> dict[str, Any]:
    """The record with one attribute of its new image replaced, or without it."""
    image = {key: wire for key, wire in record["dynamodb"]["NewImage"].items() if key != name}
    if value is not None:
        image[name] = value
    return {**record, "dynamodb": {**record["dynamodb"], "NewImage": image}}


POISON = {
    "a status of the future": ("status", {"S": "paused"}),
    "no price": ("price", None),
    "a number that is none": ("price", {"N": "much"}),
    "outputs of another form": ("outputs", {"L": [{"M": {"path": {"S": "x"}}}]}),
}


@pytest.mark.parametrize("fault", POISON)
def test_a_generation_that_nobody_can_read_is_kept_whole_and_its_neighbours_go_through(
    deployed: Deployed, fault: str
) -> None:
    poison = _broken(_record(replace(GENERATION, status=Status.FAILED), GENERATION), *POISON[fault])
    ended = _record(replace(GENERATION, status=Status.CANCELED), GENERATION)
    outbox.handler({"Records": [_record(GENERATION), poison, ended]}, None)
    assert deployed.machine.names == ["0199-generation"]
    assert [event["event_id"] for event in deployed.bus.events] == ["0199-generation:canceled"]
    (failure,) = deployed.failures()
    assert failure["record"] == poison
    assert failure["reason"]


def test_a_mended_record_is_handed_over_again_as_it_was_kept(deployed: Deployed) -> None:
    poison = _broken(_record(replace(GENERATION, status=Status.FAILED), GENERATION), "model", None)
    outbox.handler({"Records": [poison]}, None)
    (failure,) = deployed.failures()
    mended = _broken(failure["record"], "model", {"S": GENERATION.model})
    outbox.handler({"Records": [mended]}, None)
    assert [event["event_id"] for event in deployed.bus.events] == ["0199-generation:failed"]


@pytest.mark.parametrize("setting", ["TIDEGATE_PUBLIC_BASE_URL", "TIDEGATE_EVENT_BUS_NAME"])
def test_a_function_that_is_set_up_wrongly_takes_no_record_for_poison(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, aws: dict[str, str], setting: str
) -> None:
    del aws[setting]
    monkeypatch.setattr(outbox, "runtime", Runtime({**aws, "TIDEGATE_STATE_MACHINE_ARN": "arn"}, SESSION))
    output = Output(key="a/b/0.webp", content_type="image/webp", size_bytes=1)
    succeeded = replace(GENERATION, status=Status.SUCCEEDED, outputs=(output,))
    with pytest.raises(ConfigurationError):
        outbox.handler({"Records": [_record(succeeded, GENERATION)]}, None)
    assert not deployed.failures()


def test_an_outage_sets_nothing_aside_and_makes_the_batch_come_again(deployed: Deployed) -> None:
    deployed.runtime.__dict__["bus"] = Bus(down=True)
    failed = _record(replace(GENERATION, status=Status.FAILED), GENERATION)
    with pytest.raises(RuntimeError, match="the bus is down"):
        outbox.handler({"Records": [failed, _broken(failed, "model", None)]}, None)
    assert not deployed.failures()  # the batch is halved: the bad record will come alone


def test_a_wallet_that_nobody_can_read_is_kept_whole_and_its_neighbours_are_journaled(
    deployed: Deployed, runtime: Runtime
) -> None:
    account_id = create_account(runtime.wallets, name="Acme", now_ms=NOW_MS).account_id
    records: list[dict[str, Any]] = []
    for number in range(3):
        grant(
            runtime.wallets, account_id=account_id, amount=PRICE, reference=f"order:{number}", now_ms=NOW_MS
        )
        image = _wallet_image(runtime, account_id)
        records.append({"eventName": "MODIFY", "dynamodb": {"NewImage": image}})
    whole, records[1] = records[1], _broken(records[1], "movement", {"M": {"kind": {"S": "lend"}}})
    journal.handler({"Records": records}, None)
    assert [entry.sequence for entry in runtime.wallets.journal(account_id)] == [3, 1]
    (failure,) = deployed.failures()
    assert failure["record"] == records[1]
    journal.handler({"Records": [whole]}, None)
    assert [entry.sequence for entry in runtime.wallets.journal(account_id)] == [3, 2, 1]
