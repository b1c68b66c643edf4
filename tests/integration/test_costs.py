"""What a request and a generation cost in AWS calls, capacity and dollars: the figures of docs/costs.md."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from benchmarks.account import DEFINITION, in_process
from benchmarks.bill import (
    ASSUMED,
    COUNTED,
    DEFAULT_MEMORY_MB,
    MEMORY_MB,
    Line,
    bill,
    deployed_idle_bill,
    dollars,
    total,
    traces,
    transitions_of,
)
from benchmarks.generation import Step, named, open_account, submit_event, walk, warm_up
from benchmarks.metering import Meter, metering
from cli.counted import read_counts
from cli.prices import Prices, read_prices
from functions.babysea import generate_image
from tests.contract.babysea.pictures import picture_server
from tests.infrastructure.synth import Synth, synthesize
from tidegate.runtime import Runtime

COSTS: Final = (Path(__file__).parents[2] / "docs" / "costs.md").read_text(encoding="utf-8")
# The steps that the row "Attempt: start, two polls, settle" sums up.
ATTEMPT: Final = ("Attempt: start", "Attempt: a poll too early", "Attempt: the poll that settles")
STEPS: Final = (
    "Submit",
    "Journal: one movement",
    "Alerts: one movement",
    "Outbox: start the execution",
    "Attempt: start",
    "Outbox: publish an event",
    "Telemetry: an attempt begins",
    "Attempt: a poll too early",
    "Provider's callback",
    "Attempt: the poll that settles",
    "Telemetry: an attempt ends",
    "Attempt: a poll too late",
    "Fan-out of an event to one endpoint",
    "Delivery of a webhook",
    "Poll",
    "Redirect to the picture",
)


@pytest.fixture(scope="module")
def steps() -> tuple[Step, ...]:
    with in_process() as account:
        return walk(account)


@pytest.fixture(scope="module")
def prices() -> Prices:
    return read_prices()


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Synth:
    return synthesize({}, tmp_path_factory.mktemp("prod"))


@pytest.fixture(scope="module")
def lines(steps: Sequence[Step], prices: Prices) -> tuple[Line, ...]:
    return bill(steps, transitions_of(DEFINITION), prices)


def _shown(row: str) -> list[str]:
    """The figures of a row of a table in docs/costs.md."""
    (line,) = [line for line in COSTS.splitlines() if line.startswith(f"| {row} |")]
    return [cell.strip() for cell in line.strip("|").split("|")][1:4]


def _figures(meter: Meter) -> list[str]:
    return [str(meter.total_calls), f"{meter.write_units:g}", f"{meter.read_units:g}"]


def _money(amount: Decimal) -> str:
    return f"${amount:.4f}"


@pytest.mark.parametrize("name", STEPS)
def test_every_step_of_a_generation_takes_what_the_page_says(steps: Sequence[Step], name: str) -> None:
    assert _figures(named(steps)[name]) == _shown(name)


def test_the_page_shows_every_step(steps: Sequence[Step]) -> None:
    assert tuple(named(steps)) == STEPS


def test_a_submit_is_two_calls_and_five_write_units(steps: Sequence[Step]) -> None:
    submit = named(steps)["Submit"]
    assert submit.total_calls <= 2
    assert submit.write_units <= 5


def test_a_submit_with_an_idempotency_key_is_two_calls_and_seven_write_units(runtime: Runtime) -> None:
    _, key = open_account(runtime)
    warm_up(runtime)
    event = submit_event(key, **{"idempotency-key": "order-1"})
    with metering() as meter:
        assert generate_image.handler.respond(event, runtime).status == 200
    assert meter.total_calls <= 2
    assert meter.write_units <= 7
    assert _figures(meter) == _shown("Submit with Idempotency-Key")


def test_pictures_with_an_idempotency_key_cost_one_read_more(aws: dict[str, str]) -> None:
    with picture_server() as pictures:
        runtime = Runtime({**aws, "TIDEGATE_ALLOWED_PRIVATE_HOSTS": pictures.host})
        _, key = open_account(runtime)
        path = {"model_identifier": "google/nano-banana"}
        body = {"generation_prompt": "A seal", "generation_input_file": [pictures.url()]}
        sent = {"pathParameters": path, "body": json.dumps(body)}
        first, second = (submit_event(key, **{"idempotency-key": order}) | sent for order in ("1", "2"))
        generate_image.handler.respond(first, runtime)  # a warm environment knows how the providers stand
        with metering() as meter:
            reply = generate_image.handler.respond(second, runtime)
    assert reply.status == 200
    assert _figures(meter) == _shown("Submit with pictures and Idempotency-Key")


def test_a_poll_is_two_calls(steps: Sequence[Step]) -> None:
    assert named(steps)["Poll"].total_calls <= 2


def test_an_attempt_is_the_sum_of_its_steps(steps: Sequence[Step]) -> None:
    found = named(steps)
    attempt = sum((found[name] for name in ATTEMPT), Meter())
    assert _figures(attempt) == _shown("Attempt: start, two polls, settle")


def test_the_page_shows_the_sum_of_a_whole_generation(steps: Sequence[Step]) -> None:
    assert _figures(total(steps)) == _shown("All steps together")


def test_an_execution_without_failover_is_at_most_three_transitions() -> None:
    assert transitions_of(DEFINITION) <= 3
    assert _shown("State transitions, first provider serves") == [str(transitions_of(DEFINITION))]


@pytest.mark.parametrize("item", [*COUNTED, *ASSUMED])
def test_the_page_shows_every_item_of_the_bill(lines: Sequence[Line], item: str) -> None:
    (line,) = [line for line in lines if line.item == item]
    assert _shown(line.title) == [line.shown, _money(line.dollars)]


def test_the_command_prices_what_is_counted(lines: Sequence[Line], deployed: Synth, prices: Prices) -> None:
    counts = read_counts()
    assert dict(counts.generation) == {line.item: line.amount for line in lines}
    assert dict(counts.idle_month) == {
        line.item: line.amount for line in deployed_idle_bill(deployed, prices)
    }
    assert counts.assumed == set(ASSUMED)


def test_a_thousand_images_cost_less_than_ten_cents_in_calls(lines: Sequence[Line]) -> None:
    calls = dollars(line for line in lines if line.item in COUNTED)
    assert calls <= Decimal("0.10")
    assert _shown("All that is billed by the call")[1:] == [_money(calls)]


def test_the_page_shows_the_dollars_of_a_thousand_images(
    lines: Sequence[Line], steps: Sequence[Step], prices: Prices
) -> None:
    everything = dollars(lines)
    sampled, every = traces(steps, prices)
    assert _shown("With time and logs")[1:] == [_money(everything)]
    assert _shown("The same with `tracing`, sampled")[1:] == [_money(everything + sampled.dollars)]
    assert _shown("The same with `tracing`, every invocation")[1:] == [_money(everything + every.dollars)]


def test_the_bill_knows_the_memory_that_is_deployed(deployed: Synth, steps: Sequence[Step]) -> None:
    functions = deployed.functions()
    for step in steps:
        memory_mb = functions[step.function].props["MemorySize"]
        assert memory_mb == MEMORY_MB.get(step.function, DEFAULT_MEMORY_MB), step.function


def test_the_page_shows_what_a_month_without_traffic_costs(deployed: Synth, prices: Prices) -> None:
    idle = deployed_idle_bill(deployed, prices)
    by_item = {line.item: line for line in idle}
    reaper = dollars(by_item[item] for item in ("invocations", "compute", "log_megabytes"))
    assert _shown("Alarms") == [f"{by_item['alarms'].amount}", f"${by_item['alarms'].dollars:.2f}"]
    assert _shown("Secrets") == [f"{by_item['secrets'].amount}", f"${by_item['secrets'].dollars:.2f}"]
    polls = by_item["queue_requests"]
    assert _shown("Polling of the queues, requests") == [f"{polls.amount:,.0f}", f"${polls.dollars:.2f}"]
    assert _shown("The reaper, invocations") == [f"{by_item['invocations'].amount:,.0f}", f"${reaper:.2f}"]
    assert _shown("Idle month")[1:] == [f"${dollars(idle):.2f}"]
    assert dollars(idle) < 5
