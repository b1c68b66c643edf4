"""An event of the bus becomes one delivery for each endpoint that wants it."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools import Logger

from tidegate.domain.webhooks import Event
from tidegate.runtime import runtime
from tidegate.usecases.fan_out import fan_out

logger = Logger(service="delivery.fan_out")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Consume a batch of the events queue; a record that fails comes back alone."""
    failures = []
    for record in event["Records"]:
        try:
            _consume(record["body"])
        except Exception:  # one bad record must not hold up the others; SQS counts it and ends in the DLQ
            logger.exception("fan-out failed", extra={"message_id": record["messageId"]})
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def _consume(body: str) -> None:
    event = Event.from_detail(json.loads(body)["detail"])
    queued = fan_out(
        event,
        webhooks=runtime.webhooks,
        queue=runtime.deliveries,
        now_ms=runtime.now_ms(),
        log_s=runtime.retentions.default.log_s,
    )
    logger.info(
        "event fanned out",
        extra={
            "event_id": event.event_id,
            "event_type": event.event_type,
            "account_id": event.account_id,
            "delivery_ids": [key.delivery_id for key in queued],
        },
    )
