"""Wallets stream → the journal of every movement."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from tidegate.adapters.dynamodb.wallets import movement_of
from tidegate.runtime import runtime
from tidegate.usecases.stream_records import read_each

logger = Logger(service="journal")


def handler(event: dict[str, Any], _context: object) -> None:
    """Write one entry per movement; raising repeats the batch, which writes nothing twice.

    What nobody can read is set aside.
    """
    moved, unreadable = read_each(
        event["Records"], lambda record: movement_of(record["dynamodb"]["NewImage"])
    )
    for account_id, movement in filter(None, moved):
        runtime.wallets.write_journal(account_id, movement)
    for poison in unreadable:
        runtime.failures.send(poison.to_message())
        logger.error("unreadable record set aside", extra={"reason": poison.reason})
    logger.info("journaled", extra={"records": len(moved)})
