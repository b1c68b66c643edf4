"""Schedule → recover generations whose machinery was lost."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from tidegate.runtime import runtime
from tidegate.usecases.reap import reap

logger = Logger(service="reap")


def handler(_event: dict[str, Any], _context: object) -> None:
    """Look over every account with money in flight."""
    reaped = reap(runtime.wallets, runtime.generations, runtime.launcher, runtime.now_ms())
    logger.info("reaped", extra={"generations": reaped})
