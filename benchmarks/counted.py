"""The figures that are counted: calls, capacity, transitions, dollars. They are the same on every machine."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.account import DEFINITION, in_process
from benchmarks.bill import COUNTED, bill, deployed_idle_bill, dollars, total, transitions_of
from benchmarks.figure import Figure
from benchmarks.generation import named, open_account, submit_event, walk
from benchmarks.metering import Meter, metering
from cli.prices import read_prices
from functions.babysea import generate_image
from tests.infrastructure.synth import synthesize

DOLLARS = "${:.4f}"


def figures() -> list[Figure]:
    """Take one generation through the real handlers, and synthesise what would be deployed."""
    with _silence():
        with_key = _submit_with_key()
        with in_process() as account:
            steps = walk(account)
    found, prices = named(steps), read_prices()
    transitions = transitions_of(DEFINITION)
    lines = bill(steps, transitions, prices)
    calls = dollars(line for line in lines if line.item in COUNTED)
    with tempfile.TemporaryDirectory() as folder:
        idle = dollars(deployed_idle_bill(synthesize({}, Path(folder)), prices))
    page = f"{prices.region} list prices as of {prices.as_of}"
    return [
        Figure(
            "AWS calls per submit", found["Submit"].total_calls, 2, note="authentication and limits included"
        ),
        Figure("AWS calls per poll", found["Poll"].total_calls, 2, note="same"),
        Figure("write units per submit", found["Submit"].write_units, 5, note="hold, generation, window"),
        Figure("write units per submit with Idempotency-Key", with_key.write_units, 7),
        Figure(
            "AWS calls per generation", total(steps).total_calls, note="all functions, one webhook endpoint"
        ),
        Figure("write units per generation", total(steps).write_units, note="same"),
        Figure("state transitions per generation", transitions, 3, note="without failover; its start counts"),
        Figure("dollars per 1,000 images, calls", calls, 0.10, DOLLARS, f"counted calls; {page}"),
        Figure(
            "dollars per 1,000 images, all",
            dollars(lines),
            None,
            DOLLARS,
            "with Lambda time and logs, assumed in cli/prices.toml",
        ),
        Figure(
            "dollars per idle month",
            idle,
            5,
            "${:.2f}",
            "alarms, secret, queue polling, reaper; " + page,
        ),
    ]


def _submit_with_key() -> Meter:
    with in_process() as account:
        _, key = open_account(account)
        with metering() as meter:
            generate_image.handler.respond(submit_event(key, **{"idempotency-key": "order-1"}), account)
    return meter


@contextmanager
def _silence() -> Iterator[None]:
    """The handlers' log lines are not for the reader of a table."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
