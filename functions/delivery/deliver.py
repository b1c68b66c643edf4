"""One attempt at one webhook delivery per message."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools import Logger

from tidegate.adapters.sealing import Sealer
from tidegate.domain.webhooks import DeliveryKey
from tidegate.runtime import runtime
from tidegate.usecases.deliver import Sender, deliver

logger = Logger(service="delivery.deliver")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Consume a batch of the deliveries queue; a record that fails comes back alone."""
    failures = []
    for record in event["Records"]:
        try:
            _consume(record["body"])
        except Exception:  # one bad record must not hold up the others; SQS counts it and ends in the DLQ
            logger.exception("delivery attempt broke off", extra={"message_id": record["messageId"]})
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def _consume(body: str) -> None:
    key = DeliveryKey.from_message(json.loads(body))
    outcome = deliver(key, _sender())
    logger.info(
        "delivery attempted",
        extra={"account_id": key.account_id, "delivery_id": key.delivery_id, "outcome": outcome},
    )


def _sender() -> Sender:
    return Sender(
        webhooks=runtime.webhooks,
        queue=runtime.deliveries,
        http=runtime.http,
        sealer=Sealer(runtime.secrets.sealing_key),
        now_ms=runtime.now_ms,
    )
