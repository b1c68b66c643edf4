"""Wallets stream → low-balance alerts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools import Logger

from tidegate.domain.money import Money
from tidegate.domain.wallet import Movement
from tidegate.runtime import runtime
from tidegate.surfaces.babysea.webhook_events import low_balance_event
from tidegate.usecases.alerts import watch

logger = Logger(service="alerts")


def handler(event: dict[str, Any], _context: object) -> None:
    """Watch a batch of movements; raising repeats the batch, which tells nobody twice.

    What nobody can read is set aside.
    """
    watched = watch(event["Records"], runtime.alerts, runtime.bus, _present)
    for poison in watched.unreadable:
        runtime.failures.send(poison.to_message())
        logger.error("unreadable record set aside", extra={"reason": poison.reason})
    logger.info("watched", extra={"records": len(event["Records"]), "published": watched.published})


def _present(account_id: str, movement: Movement, thresholds: Sequence[Money]) -> dict[str, object]:
    return low_balance_event(
        account_id,
        movement.balance,
        [(threshold, movement.balance) for threshold in thresholds],
        event_id=f"{account_id}:low_balance:{movement.sequence}",
        occurred_at_ms=movement.at_ms,
    )
