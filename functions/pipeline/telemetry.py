"""Generations stream → what became of attempts: usage, health, breakers, rankings, caps, limits."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from tidegate.runtime import runtime
from tidegate.usecases.cap_providers import watch_caps
from tidegate.usecases.tally_attempts import tally_attempts

logger = Logger(service="telemetry")


def handler(event: dict[str, Any], _context: object) -> None:
    """Count a batch of changes; raising repeats the batch, which counts nothing twice.

    What nobody can read is set aside.
    """
    tallied = tally_attempts(event["Records"], runtime.tallies, runtime.models, runtime.now_ms())
    capped = watch_caps(runtime.steering.overrides, runtime.overrides, runtime.spending, runtime.now_ms())
    if capped:
        logger.warning("providers have used up their budgets for today", extra={"providers": capped})
    for poison in tallied.unreadable:
        runtime.failures.send(poison.to_message())
        logger.error("unreadable record set aside", extra={"reason": poison.reason})
    runtime.places.give_back(tallied.ended)  # last: what is repeated after it would give back twice
    logger.info("tallied", extra={"changes": tallied.changes, "breakers": tallied.turned})
