"""Schedule → recover generations whose machinery was lost."""

from __future__ import annotations

from typing import Any, Final

from aws_lambda_powertools import Logger

from tidegate.runtime import runtime
from tidegate.usecases.reap import Reaper

logger = Logger(service="reap")
RUN_MS: Final = 45_000  # of the function's 60 s


class NotAllRecovered(RuntimeError):
    """Some generations or accounts could not be recovered: raised at the end, so that the alarm tells."""


def handler(_event: dict[str, Any], _context: object) -> None:
    """Look over every account with generations in flight."""
    reaper = Reaper(
        wallets=runtime.wallets,
        generations=runtime.generations,
        queue=runtime.attempts,
        launcher=runtime.launcher,
        now_ms=runtime.now_ms,
    )
    harvest = reaper.run(runtime.now_ms() + RUN_MS)
    told = {"generations": harvest.reaped, "skipped_accounts": harvest.skipped_accounts}
    logger.info("reaped", extra=told)
    if harvest.failed:
        raise NotAllRecovered(f"{len(harvest.failed)} failed: {', '.join(harvest.failed[:20])}")
