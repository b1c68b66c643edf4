"""Wallets stream → the journal of every movement."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from tidegate.adapters.dynamodb.wallets import movement_of
from tidegate.runtime import runtime

logger = Logger(service="journal")


def handler(event: dict[str, Any], _context: object) -> None:
    """Write one entry per movement; raising repeats the batch, which writes nothing twice."""
    moved = [movement_of(record["dynamodb"]["NewImage"]) for record in event["Records"]]
    for account_id, movement in filter(None, moved):
        runtime.wallets.write_journal(account_id, movement)
    logger.info("journaled", extra={"records": len(moved)})
