"""From counted calls to dollars: what AWS bills for one generation, and for a month without any."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from benchmarks.generation import Step, Trigger
from benchmarks.metering import Meter
from cli.prices import Assumptions, Prices
from infra.config import Config
from tests.infrastructure.synth import Synth

GENERATIONS: Final = 1_000
# What is billed by the call. The other items follow from assumptions: durations, sizes and shares.
COUNTED: Final = (
    "write_units",
    "read_units",
    "transitions",
    "queue_requests",
    "events",
    "api_requests",
    "puts",
    "gets",
    "invocations",
)
ASSUMED: Final = ("compute", "log_megabytes")
MEMORY_MB: Final = {"pipeline.attempt": 1024}  # infra/stacks/pipeline.py; a test holds it to the template
DEFAULT_MEMORY_MB: Final = 512  # infra/constructs/function.py
POLLERS: Final = 5  # long polls that Lambda keeps open for each queue
REAP: Final = "Reap, with nothing to do"
_MONTH_S: Final = 30 * 24 * 3600
_LONG_POLL_S: Final = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the bill: an amount for one generation or month, and the dollars for ``times`` of them."""

    item: str
    title: str
    amount: Decimal
    dollars: Decimal

    @property
    def shown(self) -> str:
        """The amount, to at most four decimals."""
        return f"{round(float(self.amount), 4):g}"


def total(steps: Iterable[Step]) -> Meter:
    """All steps' calls and capacity together."""
    return sum((step.meter for step in steps), Meter())


def bill(steps: Sequence[Step], transitions: int, prices: Prices) -> tuple[Line, ...]:
    """Price ``GENERATIONS`` generations that take these steps."""
    amounts = {**_counted(steps, transitions), **_assumed(steps, prices.assumed)}
    return tuple(_line(item, amounts[item], prices, GENERATIONS) for item in (*COUNTED, *ASSUMED))


def traces(steps: Sequence[Step], prices: Prices) -> tuple[Line, Line]:
    """Price what ``tracing`` adds to it: sampled, as on a busy cell, and of every invocation."""
    sampled = len(steps) * prices.assumed.traced_share
    every = Decimal(len(steps))
    return _line("traces", sampled, prices, GENERATIONS), _line("traces", every, prices, GENERATIONS)


def idle_bill(
    *, alarms: int, secrets: int, queues: int, reap_every_min: int, prices: Prices
) -> tuple[Line, ...]:
    """Price a month in which nothing happens but the reaper's looks."""
    looks = Decimal(_MONTH_S) / (60 * reap_every_min)
    seconds = Decimal(prices.assumed.duration_ms[REAP] + prices.assumed.cold_ms) / 1000
    amounts = {
        "alarms": Decimal(alarms),
        "secrets": Decimal(secrets),
        "queue_requests": Decimal(POLLERS * queues * _MONTH_S) / _LONG_POLL_S,
        "invocations": looks,
        "compute": looks * seconds * DEFAULT_MEMORY_MB / 1024,
        "log_megabytes": looks * prices.assumed.log_bytes / 1_000_000,
    }
    return tuple(_line(item, amount, prices, 1) for item, amount in amounts.items())


def deployed_idle_bill(deployed: Synth, prices: Prices) -> tuple[Line, ...]:
    """Price an idle month of what the templates say."""
    sources = [mapping.props for mapping in deployed.all("AWS::Lambda::EventSourceMapping")]
    return idle_bill(
        alarms=len(deployed.all("AWS::CloudWatch::Alarm")),
        secrets=len(deployed.all("AWS::SecretsManager::Secret")),
        queues=sum("ScalingConfig" in source for source in sources),
        reap_every_min=Config().reap_every_min,
        prices=prices,
    )


def dollars(lines: Iterable[Line]) -> Decimal:
    """The sum."""
    return sum((line.dollars for line in lines), Decimal())


def transitions_of(definition: Path) -> int:
    """Count the transitions of an execution without a failure: the start, and each state that it enters."""
    machine: Mapping[str, Any] = json.loads(definition.read_text(encoding="utf-8"))
    name, entered = machine["StartAt"], 1
    while "Next" in (state := machine["States"][name]):
        name, entered = state["Next"], entered + 1
    return entered + 1


def _counted(steps: Sequence[Step], transitions: int) -> dict[str, Decimal]:
    meter = total(steps)
    messages = sum(step.trigger is Trigger.QUEUE for step in steps)
    sent = meter.calls["sqs:SendMessage"] + sum(step.sent_by_aws for step in steps)
    amounts = {
        "write_units": meter.write_units,
        "read_units": meter.read_units,
        "transitions": transitions,
        "queue_requests": sent + 2 * messages,  # each is received and deleted
        "events": meter.calls["events:PutEvents"],  # one event each, as at low rates
        "api_requests": sum(step.trigger is Trigger.API for step in steps),
        "puts": meter.calls["s3:PutObject"],
        "gets": sum(step.function == "outputs.redirect" for step in steps),  # the customer follows it
        "invocations": len(steps),
    }
    return {item: Decimal(str(amount)) for item, amount in amounts.items()}


def _assumed(steps: Sequence[Step], assumed: Assumptions) -> dict[str, Decimal]:
    cold_ms = assumed.cold_share * assumed.cold_ms
    megabyte_ms = sum(
        MEMORY_MB.get(step.function, DEFAULT_MEMORY_MB) * (assumed.duration_ms[step.name] + cold_ms)
        for step in steps
    )
    api_requests = sum(step.trigger is Trigger.API for step in steps)
    log_bytes = len(steps) * assumed.log_bytes + api_requests * assumed.access_log_bytes
    return {
        "compute": Decimal(megabyte_ms) / 1024 / 1000,
        "log_megabytes": Decimal(log_bytes) / 1_000_000,
    }


def _line(item: str, amount: Decimal, prices: Prices, times: int) -> Line:
    price = prices.price[item]
    return Line(item, price.title, amount, price.of(amount * times))
