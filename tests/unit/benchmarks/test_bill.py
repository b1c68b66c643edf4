"""From calls to dollars."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks.bill import ASSUMED, COUNTED, REAP, bill, dollars, idle_bill, transitions_of
from benchmarks.generation import Step, Trigger, named
from benchmarks.metering import Meter
from cli.prices import FILE, Prices, read_prices


@pytest.fixture(scope="module")
def prices() -> Prices:
    return read_prices()


def _step(name: str = "Submit", trigger: Trigger = Trigger.API, **calls: int) -> Step:
    counted = Counter({call.replace("_", ":"): number for call, number in calls.items()})
    return Step(name, "babysea.generate_image", trigger, Meter(counted, write_units=5, read_units=1))


def test_every_price_has_its_page_and_the_file_its_day(prices: Prices) -> None:
    assert prices.as_of.year >= 2025
    assert set(prices.price) >= {*COUNTED, *ASSUMED, "alarms", "secrets"}
    for price in prices.price.values():
        assert price.dollars > 0
        assert price.page.startswith("https://aws.amazon.com/")


def test_a_price_file_with_an_unknown_entry_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(FILE.read_text().replace("[price.gets]", "[price.gets]\ncurrency = 'EUR'"))
    with pytest.raises(TypeError, match="currency"):
        read_prices(file)


def test_money_is_exact(prices: Prices) -> None:
    assert prices.price["write_units"].of(Decimal(24_000)) == Decimal("0.015")


def test_a_bill_is_for_a_thousand_generations(prices: Prices) -> None:
    lines = {line.item: line for line in bill([_step()], 2, prices)}
    assert lines["write_units"].dollars == Decimal("0.003125")
    assert lines["transitions"].dollars == Decimal("0.05")
    assert lines["api_requests"].dollars == Decimal("0.001")
    assert lines["invocations"].amount == 1
    assert dollars(lines.values()) == sum(line.dollars for line in lines.values())


def test_a_message_is_sent_received_and_deleted_whoever_sends_it(prices: Prices) -> None:
    ours = _step(sqs_SendMessage=1)
    worker = _step("Attempt: start", Trigger.QUEUE)
    from_aws = Step("Attempt: start", "pipeline.attempt", Trigger.QUEUE, Meter(), sent_by_aws=True)
    for steps in ((ours, worker), (from_aws,)):
        (line,) = [line for line in bill(steps, 2, prices) if line.item == "queue_requests"]
        assert line.amount == 3


def test_time_is_billed_by_the_memory_of_the_function(prices: Prices) -> None:
    def compute(function: str) -> Decimal:
        step = Step("Attempt: start", function, Trigger.QUEUE, Meter())
        return next(line.amount for line in bill([step], 2, prices) if line.item == "compute")

    assert compute("pipeline.attempt") == 2 * compute("pipeline.outbox")


def test_an_idle_month_is_alarms_secrets_polls_and_the_reaper(prices: Prices) -> None:
    lines = {
        line.item: line for line in idle_bill(alarms=16, secrets=1, queues=3, reap_every_min=5, prices=prices)
    }
    assert lines["alarms"].dollars == Decimal("1.6")
    assert lines["queue_requests"].amount == 5 * 3 * 3 * 60 * 24 * 30
    assert lines["invocations"].amount == 12 * 24 * 30
    assert REAP in prices.assumed.duration_ms


def test_transitions_are_the_start_and_every_state_entered(tmp_path: Path) -> None:
    file = tmp_path / "machine.json"
    states = {"A": {"Type": "Task", "Next": "B"}, "B": {"Type": "Task", "End": True}, "C": {"Type": "Fail"}}
    file.write_text(json.dumps({"StartAt": "A", "States": states}))
    assert transitions_of(file) == 3


def test_steps_of_one_name_take_the_same(prices: Prices) -> None:
    assert named([_step(), _step()])["Submit"].write_units == 5
    with pytest.raises(ValueError, match="'Submit' differ"):
        named([_step(), _step(sqs_SendMessage=1)])
