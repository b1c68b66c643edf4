"""State machine → end a generation whose providers are exhausted."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from tidegate.runtime import runtime
from tidegate.usecases.conclude import conclude

logger = Logger(service="conclude")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer ``{"status", "open", "wait_s"}``: while open, the machine waits and asks again."""
    conclusion = conclude(
        runtime.generations,
        runtime.attempts,
        account_id=event["account_id"],
        generation_id=event["generation_id"],
        now_ms=runtime.now_ms(),
    )
    if conclusion is None:
        answer: dict[str, Any] = {"status": "absent", "open": False, "wait_s": 0}
    else:
        answer = {"status": conclusion.status, "open": conclusion.is_open, "wait_s": conclusion.wait_s}
    logger.info("concluded", extra={"generation_id": event["generation_id"], **answer})
    return answer
