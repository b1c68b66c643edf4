"""An event of the bus about a generation of Banatie's surface: its record follows, whoever asks or not."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from tidegate.runtime import runtime
from tidegate.surfaces.messages import MessageConsumer, Note
from tidegate.usecases.library.conclude import Desk, conclude

logger = Logger(service="library.conclude")


def _follow(message: dict[str, Any], note: Note) -> None:
    detail = message["detail"]
    account_id, run_id = detail["account_id"], detail["data"]["generation_id"]
    note(account_id=account_id, run_id=run_id, event_type=detail["event_type"])
    run = runtime.generations.get(account_id, run_id)
    if run is None:
        raise LookupError(f"there is no generation {run_id}")
    desk = Desk(runtime.library, runtime.generations, runtime.outputs, runtime.now_ms)
    record = conclude(desk, run)
    note(status=record.status if record else None)


handler = MessageConsumer(logger, lambda: runtime.endings, "generation followed", _follow)
