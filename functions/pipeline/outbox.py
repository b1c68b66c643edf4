"""Generations stream → executions and events."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from tidegate.domain.generation import Generation
from tidegate.runtime import runtime
from tidegate.surfaces.babysea.errors import generation_error_code
from tidegate.surfaces.babysea.webhook_events import event_detail
from tidegate.usecases.outbox import drain

logger = Logger(service="outbox")


def handler(event: dict[str, Any], _context: object) -> None:
    """Act on a batch of stream records; raising repeats the batch. What nobody can read is set aside."""
    drained = drain(event["Records"], runtime.launcher, runtime.bus, _present)
    for poison in drained.unreadable:
        runtime.failures.send(poison.to_message())
        logger.error("unreadable record set aside", extra={"reason": poison.reason})
    logger.info("drained", extra={"records": len(event["Records"]), "published": drained.published})


def _present(generation: Generation) -> dict[str, object] | None:
    urls = [runtime.output_url(output.key) for output in generation.outputs]
    return event_detail(generation, urls, generation_error_code)
