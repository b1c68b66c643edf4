"""Schedule → images whose time in the bin is over are deleted for good."""

from __future__ import annotations

from typing import Any, Final

from aws_lambda_powertools import Logger

from tidegate.runtime import runtime
from tidegate.usecases.library.purge import purge

logger = Logger(service="library.purge")
RUN_MS: Final = 840_000  # of the function's 15 min; what is left is for the next day's run


def handler(_event: dict[str, Any], _context: object) -> None:
    """Purge what is due."""
    until_ms = runtime.now_ms() + RUN_MS
    purged = purge(
        runtime.library, runtime.outputs, clock=runtime.now_ms, until_ms=until_ms, log=logger.error
    )
    logger.info("purged", extra={"images": purged})
