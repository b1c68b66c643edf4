"""End an attempt: use its result, note its failure, give it up as an orphan, or wind it down."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final

from tidegate.adapters.dynamodb.attempt_codec import failure_value
from tidegate.adapters.dynamodb.generation_codec import outputs_value
from tidegate.adapters.dynamodb.transaction import StillInConflict
from tidegate.adapters.providers.protocol import OutcomeUnknown
from tidegate.adapters.providers.registry import ProviderNotConfigured
from tidegate.domain.attempt import (
    MAYBE_RUNNING,
    Attempt,
    AttemptStatus,
    Failure,
    FailureClass,
    FailureCode,
    Succeeded,
)
from tidegate.domain.generation import Generation, Settlement, Status
from tidegate.domain.mode import Mode
from tidegate.usecases.attempts.context import Context
from tidegate.usecases.store_outputs import UnusableOutput

_PATIENCE: Final = 5  # times some 2.5 s, which a transaction waits by itself


def succeeded(context: Context, generation: Generation, attempt: Attempt, result: Succeeded) -> None:
    """Store the files, charge once, and end the generation; a result that comes too late is discarded.

    Fewer files than were asked for are no result: the price is that of all of them (docs/adr/0082).

    Raises:
        OutputUnreachable: the files could not be fetched just now; nothing has changed.
    """
    asked = int(str(generation.params.get("generation_output_number", 1)))
    if len(result.files) < asked:
        partial = f"the provider made {len(result.files)} of {asked} files"
        lacking = Failure(FailureClass.FAIL_OVER, FailureCode.INVALID_RESPONSE, partial)
        failed(context, generation, attempt, lacking)
        return
    try:
        outputs = context.store_outputs(generation, result.files)
    except UnusableOutput as error:
        failed(context, generation, attempt, error.failure)
        return
    changes: dict[str, object] = {
        "provider_used": attempt.provider,
        "outputs": outputs_value(outputs),
    }
    if result.predict_ms is not None:  # few providers tell
        changes["predict_ms"] = result.predict_ms
    if not _charge(context, generation, attempt, changes):
        context.delete_outputs(outputs)
        _finish(context, attempt, AttemptStatus.DISCARDED)
    context.answer(attempt, generation)


def _charge(
    context: Context, generation: Generation, attempt: Attempt, changes: Mapping[str, object]
) -> bool:
    """End the generation with its result and keep its price; False when it had already ended.

    A busy wallet is waited out: what a synchronous provider made is paid for and cannot be asked for again.

    Raises:
        StillInConflict: it stayed busy for too long even so.
    """
    settle = functools.partial(
        context.generations.settle,
        generation,
        Status.SUCCEEDED,
        Settlement.CHARGE,
        changes=changes,
        now_ms=context.now_ms(),
        used=attempt,
    )
    for _ in range(_PATIENCE):
        with suppress(StillInConflict):
            return settle()
    return settle()


def failed(context: Context, generation: Generation, attempt: Attempt, failure: Failure) -> None:
    """Note a definite failure; then end the generation or let the machine go to the next provider."""
    own_account = failure.failure_class is FailureClass.OUT_OF_FUNDS or failure.code is FailureCode.AUTH
    if own_account and generation.mode is Mode.LIVE:
        context.alert(attempt, failure)
    if attempt.status is AttemptStatus.ORPHANED:  # the machine is past it: another attempt decides
        failure = replace(failure, failure_class=FailureClass.FAIL_OVER)
        if context.now_ms() >= attempt.deadline_ms:  # what it says now follows from our giving it up
            late = f"no result in time ({failure.message})"
            failure = replace(failure, code=FailureCode.TIMEOUT, message=late)
    _finish(context, attempt, AttemptStatus.FAILED, failure)
    if failure.failure_class is FailureClass.FAIL:
        fail_generation(context, generation, failure)
        context.answer(attempt, generation)
    else:
        context.fail_over(attempt, f"{failure.code}: {failure.message}")


def repeat_outcome(context: Context, generation: Generation, attempt: Attempt) -> None:
    """Say again what an attempt ended with: the run that ended it may have stopped before it told anyone."""
    if attempt.status in {AttemptStatus.FAILED, AttemptStatus.SKIPPED} and attempt.failure is not None:
        failed(context, generation, attempt, attempt.failure)
    elif attempt.status is AttemptStatus.ORPHANED:
        context.fail_over(attempt, "orphaned")


def fail_generation(context: Context, generation: Generation, failure: Failure) -> bool:
    """End the generation as failed and give its price back; False when it had already ended."""
    return context.generations.settle(
        generation,
        Status.FAILED,
        Settlement.REFUND,
        changes={"error_code": failure.code, "error_message": failure.message},
        now_ms=context.now_ms(),
    )


def orphan(context: Context, generation: Generation, attempt: Attempt, cause: str) -> None:
    """Stop waiting for an attempt whose outcome is unknown: fail over, but keep listening for it.

    One that somebody knows more of by now stays theirs: its callback may have told which job it is.
    """
    stop_at_provider(context, generation, attempt)
    changes = {"status": AttemptStatus.ORPHANED}
    if context.generations.attempts.change(attempt, changes, only_if=(attempt.status,)):
        context.fail_over(attempt, f"{generation.generation_id}/{attempt.number} is orphaned: {cause}")


def wind_down(context: Context, generation: Generation, attempt: Attempt) -> None:
    """The generation has ended: stop what may still run at the provider and note what became of it."""
    if attempt.status.is_open:
        stop_at_provider(context, generation, attempt)
        canceled = generation.status is Status.CANCELED
        _finish(context, attempt, AttemptStatus.CANCELED if canceled else AttemptStatus.DISCARDED)
    elif attempt.status is AttemptStatus.WAITING:
        _finish(context, attempt, AttemptStatus.CANCELED)
    context.answer(attempt, generation)


def stop_at_provider(context: Context, generation: Generation, attempt: Attempt) -> None:
    """Ask the provider to stop, if it is known what to stop. Best effort."""
    if attempt.prediction is None:
        return
    try:
        context.provider(generation, attempt).cancel(attempt.prediction)
    except (OutcomeUnknown, ProviderNotConfigured):
        return


def _finish(
    context: Context, attempt: Attempt, status: AttemptStatus, failure: Failure | None = None
) -> None:
    changes: dict[str, object] = {"status": status, "resolved_at_ms": context.now_ms()}
    if failure is not None:
        changes["failure"] = failure_value(failure)
    only_if = (*MAYBE_RUNNING, AttemptStatus.WAITING)
    context.generations.attempts.change(attempt, changes, only_if=only_if)
