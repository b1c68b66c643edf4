"""Generations stream → executions and events."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from tidegate.domain.generation import Generation
from tidegate.runtime import runtime
from tidegate.surfaces.babysea.events import present
from tidegate.usecases.outbox import drain

logger = Logger(service="outbox")


def handler(event: dict[str, Any], _context: object) -> None:
    """Act on a batch of stream records; raising repeats the batch."""

    def event_of(generation: Generation) -> dict[str, Any] | None:
        return present(generation, runtime.outputs.public_url, runtime.now_ms())

    published = drain(event["Records"], runtime.launcher, runtime.bus, event_of)
    logger.info("drained", extra={"records": len(event["Records"]), "published": published})
