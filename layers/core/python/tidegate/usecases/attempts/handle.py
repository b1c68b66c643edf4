"""Which step a message asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tidegate.domain.attempt import Attempt
from tidegate.domain.budget import START_S
from tidegate.domain.generation import Generation
from tidegate.usecases.attempts.context import Context
from tidegate.usecases.attempts.poll import adopt, poll
from tidegate.usecases.attempts.recover import is_left_behind, recover
from tidegate.usecases.attempts.resolve import wind_down
from tidegate.usecases.attempts.start import Order, begin, resume, with_token


def handle(context: Context, message: Mapping[str, Any]) -> None:
    """Take one step of an attempt.

    Messages: ``start`` (from the state machine, with its task token), ``poll`` (from ourselves, with the
    number of polls before it), ``callback`` (from the provider: poll now), ``cancel`` (from the caller).
    A message about something that does not exist any more is dropped.
    """
    kind, number = message["kind"], int(message["number"])
    generation, attempt = context.generations.get_with_attempt(
        message["account_id"], message["generation_id"], number
    )
    if generation is None:
        return
    if kind == "start":
        _start(context, generation, attempt, _order(message))
        return
    if attempt is None:
        return
    if generation.status.is_terminal:
        wind_down(context, generation, attempt)
    elif kind == "callback":
        poll(context, generation, adopt(context, generation, attempt, message["prediction_id"]))
    elif kind == "poll" and int(message["polls"]) >= attempt.polls:
        poll(context, generation, attempt, chained=True)


def _start(context: Context, generation: Generation, attempt: Attempt | None, order: Order) -> None:
    if attempt is None:
        begin(context, generation, order)
        return
    attempt = with_token(context, attempt, order.task_token)
    if not generation.status.is_terminal and is_left_behind(attempt, context.now_ms()):
        recover(context, generation, attempt)
    else:
        resume(context, generation, attempt)


def _order(message: Mapping[str, Any]) -> Order:
    """Read the machine's message; one that we queued again ourselves has no time of its own."""
    void_after_ms = message.get("void_after_ms")  # where it waits for a place at its provider
    if "entered_at" in message:
        entered = datetime.fromisoformat(message["entered_at"])
        void_after_ms = int(entered.timestamp() * 1000) + (int(message["timeout_s"]) - START_S) * 1000
    return Order(int(message["number"]), message["task_token"], void_after_ms)
