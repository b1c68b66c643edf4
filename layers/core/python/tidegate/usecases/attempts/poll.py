"""Ask the provider where a job stands; its answer is the only truth, a callback is a hint to ask."""

from __future__ import annotations

from dataclasses import replace

from tidegate.adapters.dynamodb.attempt_codec import prediction_value
from tidegate.adapters.providers.registry import ProviderNotConfigured
from tidegate.domain.attempt import (
    Attempt,
    AttemptStatus,
    Failed,
    Failure,
    FailureClass,
    FailureCode,
    Running,
    Succeeded,
)
from tidegate.domain.budget import ORPHAN_POLL_S
from tidegate.domain.generation import Generation
from tidegate.usecases.attempts.context import Context
from tidegate.usecases.attempts.resolve import failed, orphan, repeat_outcome, succeeded
from tidegate.usecases.store_outputs import OutputUnreachable

_POLLABLE = (AttemptStatus.SUBMITTED, AttemptStatus.ORPHANED)


def adopt(context: Context, generation: Generation, attempt: Attempt, prediction_id: str) -> Attempt:
    """Take over the id from a verified callback when the submit's own answer never arrived.

    Nobody tells it twice: where somebody else changes the attempt meanwhile, it is read again.
    """
    if attempt.prediction is not None or not attempt.status.is_open:
        return attempt
    route = context.route(generation, attempt.provider)
    if route is None:
        return attempt
    prediction = context.provider(generation, attempt).adopt(route.native_model, prediction_id)
    orphaned = attempt.status is AttemptStatus.ORPHANED
    status = AttemptStatus.ORPHANED if orphaned else AttemptStatus.SUBMITTED
    changes = {"status": status, "prediction": prediction_value(prediction)}
    adopted = replace(attempt, status=status, prediction=prediction)
    if not context.generations.attempts.change(attempt, changes, only_if=(attempt.status,)):
        stored = context.generations.attempts.get(attempt.generation_id, attempt.number)
        return adopt(context, generation, stored, prediction_id) if stored else adopted
    # the submit that lost its answer may be gone: from here on somebody has to keep asking
    context.poll_later(generation, adopted, polls=adopted.polls, delay_s=None)
    return adopted


def poll(context: Context, generation: Generation, attempt: Attempt, *, chained: bool = False) -> None:
    """Poll once. A ``chained`` poll queues its successor; one that a callback asked for does not."""
    if attempt.prediction is None or attempt.status not in _POLLABLE:
        repeat_outcome(context, generation, attempt)
        return
    try:
        outcome = context.provider(generation, attempt).poll(attempt.prediction)
    except ProviderNotConfigured:  # the key was taken away while the job runs: keep asking until the deadline
        outcome = Running()
    match outcome:
        case Succeeded():
            _finished(context, generation, attempt, outcome, chained=chained)
        case Failed(failure):
            failed(context, generation, attempt, failure)
        case Running(retry_after_s):
            _still_running(context, generation, attempt, retry_after_s, chained=chained)


def _finished(
    context: Context, generation: Generation, attempt: Attempt, result: Succeeded, *, chained: bool
) -> None:
    try:
        succeeded(context, generation, attempt, result)
    except OutputUnreachable as error:
        if context.now_ms() >= attempt.deadline_ms:  # it had its time: what breaks every time will not mend
            gone = f"the output could not be fetched: {error}"
            failed(
                context,
                generation,
                attempt,
                Failure(FailureClass.FAIL_OVER, FailureCode.INVALID_RESPONSE, gone),
            )
        else:  # the provider still has the files: as good as not finished
            _still_running(context, generation, attempt, None, chained=chained)


def _still_running(
    context: Context, generation: Generation, attempt: Attempt, retry_after_s: int | None, *, chained: bool
) -> None:
    now = context.now_ms()
    if attempt.status is AttemptStatus.SUBMITTED and now >= attempt.deadline_ms:
        orphan(context, generation, attempt, "deadline passed")
        attempt = replace(attempt, status=AttemptStatus.ORPHANED)
    if not chained or now >= generation.expires_at_ms:
        return
    if attempt.status is AttemptStatus.ORPHANED:
        retry_after_s = max(ORPHAN_POLL_S, retry_after_s or 0)
    # the successor first, then the count: a crash between the two repeats this poll and loses nothing
    polls = attempt.polls + 1
    context.poll_later(generation, attempt, polls=polls, delay_s=retry_after_s)
    context.generations.attempts.change(attempt, {"polls": polls}, only_if=_POLLABLE)
