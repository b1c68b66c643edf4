"""Attempts queue → one step of an attempt per message."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools import Logger

from tidegate.runtime import runtime
from tidegate.usecases.attempts.handle import handle

logger = Logger(service="attempt")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Take each message's step; a message that raised comes again by itself."""
    failures = []
    for record in event["Records"]:
        message = json.loads(record["body"])
        told = {name: message[name] for name in ("kind", "generation_id", "number") if name in message}
        try:
            handle(runtime.attempt_context, message)
            logger.info("step", extra=told)
        except Exception:
            logger.exception("step failed; the message comes again", extra=told)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
