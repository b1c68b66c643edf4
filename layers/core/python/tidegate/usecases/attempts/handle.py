"""Which step a message asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tidegate.usecases.attempts.context import Context
from tidegate.usecases.attempts.poll import adopt, poll
from tidegate.usecases.attempts.resolve import wind_down
from tidegate.usecases.attempts.start import start


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
        start(context, generation, attempt, number=number, task_token=message["task_token"])
        return
    if attempt is None:
        return
    if generation.status.is_terminal:
        wind_down(context, generation, attempt)
    elif kind == "callback":
        poll(context, generation, adopt(context, generation, attempt, message["prediction_id"]))
    elif kind == "poll" and int(message["polls"]) >= attempt.polls:
        poll(context, generation, attempt, chained=True)
