"""Attempts queue → one step of an attempt per message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from aws_lambda_powertools import Logger

from tidegate.runtime import runtime
from tidegate.usecases.attempts.handle import handle

logger = Logger(service="attempt")
# How long a failed message hides after its first, second, … receipt; the last one repeats. A message whose
# worker was killed waits for the queue's visibility timeout instead: another might still be at it.
HIDE_S: Final = (2, 5, 10, 20, 40, 60)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take each message's step; a message that raised comes again by itself, soon at first."""
    failed = [record for record in event["Records"] if not _taken(record)]
    for record in failed:
        _hide(record)
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}


def hide_s(receipts: int) -> int:
    """How long a message hides that failed after so many receipts, this one included."""
    return HIDE_S[min(max(receipts, 1), len(HIDE_S)) - 1]


def _taken(record: Mapping[str, Any]) -> bool:
    told: dict[str, Any] = {}
    try:
        message = json.loads(record["body"])
        told |= {name: message[name] for name in ("kind", "generation_id", "number") if name in message}
        handle(runtime.attempt_context, message)
    except Exception:
        told["message_id"] = record["messageId"]
        logger.exception("step failed; the message comes again", extra=told)
        return False
    logger.info("step", extra=told)
    return True


def _hide(record: Mapping[str, Any]) -> None:
    try:
        receipts = int(record["attributes"]["ApproximateReceiveCount"])
        runtime.attempts.hide(record["receiptHandle"], hide_s(receipts))
    except Exception:  # nothing is lost: the message comes back when its visibility timeout ends
        logger.exception("the message hides for longer", extra={"message_id": record["messageId"]})
