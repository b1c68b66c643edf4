"""Attempts queue → one step of an attempt per message."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from tidegate.runtime import runtime
from tidegate.surfaces.messages import MessageConsumer, Note
from tidegate.usecases.attempts.handle import handle

logger = Logger(service="attempt")
_TOLD = ("kind", "generation_id", "number")


def _step(message: dict[str, Any], note: Note) -> None:
    note(**{name: message[name] for name in _TOLD if name in message})
    handle(runtime.attempt_context, message)


handler = MessageConsumer(logger, lambda: runtime.attempts, "step", _step)
