"""Start an attempt: write it down, send it once, and never send it again blindly."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Final

from tidegate.adapters.dynamodb.attempt_codec import prediction_value
from tidegate.adapters.providers.protocol import OutcomeUnknown, Provider, ProviderRefused
from tidegate.adapters.providers.registry import ProviderNotConfigured
from tidegate.domain.attempt import (
    Accepted,
    Attempt,
    AttemptStatus,
    Failure,
    FailureClass,
    FailureCode,
    Prediction,
    Succeeded,
)
from tidegate.domain.budget import LOST_GRACE_S, ORPHAN_POLL_S, retry_delay_s
from tidegate.domain.generation import Generation
from tidegate.usecases.attempts.context import Context
from tidegate.usecases.attempts.job import attempt_cost, build_job
from tidegate.usecases.attempts.resolve import (
    failed,
    repeat_outcome,
    stop_at_provider,
    succeeded,
    wind_down,
)
from tidegate.usecases.store_outputs import OutputUnreachable

BUSY: Final = "it has as many jobs as it may have at the moment"
BUSY_WAIT_S: Final = 5
_NOT_ENDED = (AttemptStatus.WAITING, AttemptStatus.SUBMITTING, AttemptStatus.SUBMITTED)


@dataclass(frozen=True, slots=True)
class Order:
    """The state machine asks for attempt ``number``; after ``void_after_ms`` it has stopped waiting."""

    number: int
    task_token: str
    void_after_ms: int | None = None


def begin(context: Context, generation: Generation, order: Order) -> None:
    """Start an attempt that does not exist yet."""
    attempt = _new_attempt(context, generation, order)
    if generation.status.is_terminal:
        context.answer(attempt, generation)
    elif order.void_after_ms is not None and context.now_ms() >= order.void_after_ms:
        return  # the machine has gone to the next provider: sending now would pay twice
    elif (reason := context.pass_over(generation, order.number)) is not None:
        _skip(context, generation, attempt, reason)
    elif not context.fits_in(generation, attempt):
        _wait_or_skip(context, generation, attempt, order)
    elif context.generations.attempts.create(
        attempt, until_s=generation.retention.attempts_until_s(generation.expires_at_ms)
    ):
        send(context, generation, attempt)
    else:  # a twin of this message was quicker: look again when it is done
        context.leave(generation, attempt)
        start_later(context, attempt, context.worker_timeout_s)


def with_token(context: Context, attempt: Attempt, task_token: str) -> Attempt:
    """Note a second token: the machine may have sent its message twice, and one of them is stale."""
    if task_token in attempt.task_tokens:
        return attempt
    tokens = (*attempt.task_tokens, task_token)
    context.generations.attempts.change(attempt, {"task_tokens": tokens}, only_if=_NOT_ENDED)
    return replace(attempt, task_tokens=tokens)


def send(context: Context, generation: Generation, attempt: Attempt) -> None:
    """Send the job, once. The caller owns the attempt."""
    try:
        provider = context.provider(generation, attempt)
    except ProviderNotConfigured as error:
        keyless = f"no credentials for {error}"
        refusal = Failure(FailureClass.FAIL_OVER, FailureCode.MODEL_UNAVAILABLE, keyless)
        failed(context, generation, attempt, refusal)
        return
    wanted_s = provider.abilities.submit_timeout_s(generation.media_type)
    at_once = generation.media_type in provider.abilities.synchronous
    try:
        job = build_job(context, generation, attempt)
        if at_once:  # from here on the provider is at work; its answer is the end
            context.generations.mark_processing(generation, attempt.provider, context.now_ms())
        result = provider.submit(replace(job, timeout_s=context.submit_timeout_s(wanted_s)))
    except ProviderRefused as error:
        refused(context, generation, attempt, error.failure)
    except OutcomeUnknown:
        if at_once:
            lost_for_good(context, generation, attempt, provider)
        else:
            _look_later(context, attempt)
    else:
        if isinstance(result, Accepted):
            note_submitted(context, generation, attempt, result.prediction)
        else:
            _finished_at_once(context, generation, attempt, result)


def resume(context: Context, generation: Generation, attempt: Attempt) -> None:
    """Go on with an attempt whose start comes again, where that is no recovery."""
    if generation.status.is_terminal:
        wind_down(context, generation, attempt)
        return
    match attempt.status:
        case AttemptStatus.WAITING:
            claimed = claim(context, attempt)
            if claimed:
                send(context, generation, claimed)
        case AttemptStatus.SUBMITTING:  # another worker may be at it
            start_later(context, attempt, (attempt.lease_until_ms - context.now_ms()) // 1000 + 1)
        case AttemptStatus.SUBMITTED:
            accepted(context, generation, attempt)
        case _:
            repeat_outcome(context, generation, attempt)


def claim(context: Context, attempt: Attempt) -> Attempt | None:
    """Become the one worker that may send this attempt; None when another was quicker."""
    lease = context.now_ms() + context.worker_timeout_s * 1000
    claimed = replace(
        attempt, status=AttemptStatus.SUBMITTING, lease_until_ms=lease, owner=secrets.token_hex(8)
    )
    changes = {"status": claimed.status, "lease_until_ms": lease, "owner": claimed.owner}
    won = context.generations.attempts.change(attempt, changes, only_if=(attempt.status,))
    return claimed if won else None


def refused(context: Context, generation: Generation, attempt: Attempt, failure: Failure) -> None:
    """Take a definite refusal: send again later if it asks for patience, else let it count."""
    delay = retry_delay_s(failure.failure_class, attempt.retries, failure.retry_after_s)
    if delay is None or context.now_ms() + delay * 1000 >= attempt.deadline_ms:
        failed(context, generation, attempt, failure)
        return
    changes = {"status": AttemptStatus.WAITING, "retries": attempt.retries + 1}
    if context.generations.attempts.change(attempt, changes, only_if=(AttemptStatus.SUBMITTING,)):
        start_later(context, attempt, delay)


def lost_for_good(context: Context, generation: Generation, attempt: Attempt, provider: Provider) -> None:
    """Take the loss of an answer that was itself the result: nobody can ask for it again.

    It is sent once more only where that costs next to nothing. An orphan would keep the caller's money for
    an answer that cannot come (docs/adr/0041).
    """
    again = FailureClass.RETRY if provider.abilities.resendable else FailureClass.FAIL_OVER
    lost = "the answer, which was the result, was lost; the provider may bill it"
    refused(context, generation, attempt, Failure(again, FailureCode.UNKNOWN_OUTCOME, lost))


def note_submitted(
    context: Context, generation: Generation, attempt: Attempt, prediction: Prediction
) -> None:
    """Store what the provider accepted, whoever else was quicker to know or to give up."""
    found = {"prediction": prediction_value(prediction)}
    attempt = replace(attempt, prediction=prediction)
    submitted = {"status": AttemptStatus.SUBMITTED, **found}
    if context.generations.attempts.change(attempt, submitted, only_if=(AttemptStatus.SUBMITTING,)):
        accepted(context, generation, attempt)
        return
    _, stored = context.generations.get_with_attempt(
        attempt.account_id, attempt.generation_id, attempt.number
    )
    if stored is None or not stored.status.is_open:  # it was given up while we were sending
        stop_at_provider(context, generation, attempt)
    elif stored.prediction is None:  # an orphan, or claimed anew by another worker: it is this job
        context.generations.attempts.change(stored, found, only_if=(stored.status,))
        context.poll_later(generation, attempt, polls=attempt.polls, delay_s=ORPHAN_POLL_S)
    elif stored.prediction.prediction_id != prediction.prediction_id:
        stop_at_provider(context, generation, attempt)
    else:
        accepted(context, generation, stored)


def accepted(context: Context, generation: Generation, attempt: Attempt) -> None:
    """Tell that a provider is at work, and begin to poll."""
    context.generations.mark_processing(generation, attempt.provider, context.now_ms())
    context.poll_later(generation, attempt, polls=attempt.polls, delay_s=None)


def start_later(context: Context, attempt: Attempt, delay_s: int) -> None:
    """Queue the start again."""
    token = attempt.task_tokens[-1] if attempt.task_tokens else ""
    context.send("start", attempt, delay_s=delay_s, task_token=token)


def _wait_or_skip(context: Context, generation: Generation, attempt: Attempt, order: Order) -> None:
    """Go to the next provider; ask the last one again as long as the machine waits for an answer."""
    is_last = order.number >= len(generation.providers)
    again_ms = context.now_ms() + BUSY_WAIT_S * 1000
    if not is_last or order.void_after_ms is None or again_ms >= order.void_after_ms:
        _skip(context, generation, attempt, BUSY)
        return
    fields = {"task_token": order.task_token, "void_after_ms": order.void_after_ms}
    context.send("start", attempt, delay_s=BUSY_WAIT_S, **fields)


def _skip(context: Context, generation: Generation, attempt: Attempt, reason: str) -> None:
    """Go to the next provider, and write that down: a copy of this message must not think otherwise."""
    failure = Failure(FailureClass.FAIL_OVER, FailureCode.UNAVAILABLE, f"not asked: {reason}")
    skipped = replace(attempt, status=AttemptStatus.SKIPPED, failure=failure, resolved_at_ms=context.now_ms())
    until_s = generation.retention.attempts_until_s(generation.expires_at_ms)
    if context.generations.attempts.create(skipped, until_s=until_s):
        context.fail_over(skipped, f"{attempt.provider}: {failure.message}")
    else:
        start_later(context, attempt, context.worker_timeout_s)


def _new_attempt(context: Context, generation: Generation, order: Order) -> Attempt:
    now = context.now_ms()
    provider = generation.providers[order.number - 1]
    return Attempt(
        account_id=generation.account_id,
        generation_id=generation.generation_id,
        number=order.number,
        provider=provider,
        status=AttemptStatus.SUBMITTING,
        callback_token=secrets.token_urlsafe(16),
        cost=attempt_cost(context, generation, provider),
        started_at_ms=now,
        deadline_ms=now + context.attempt_s(generation) * 1000,
        lease_until_ms=now + context.worker_timeout_s * 1000,
        owner=secrets.token_hex(8),
        task_tokens=(order.task_token,),
        mode=generation.mode,
        model=generation.model,
    )


def _finished_at_once(context: Context, generation: Generation, attempt: Attempt, result: Succeeded) -> None:
    try:
        succeeded(context, generation, attempt, result)
    except OutputUnreachable as error:  # a synchronous provider cannot be asked again for what it made
        lost = Failure(FailureClass.FAIL_OVER, FailureCode.UNAVAILABLE, f"output unreachable: {error}")
        failed(context, generation, attempt, lost)


def _look_later(context: Context, attempt: Attempt) -> None:
    """The answer is lost. Give the job time to show up at the provider, or to call back."""
    lease = context.now_ms() + LOST_GRACE_S * 1000
    changes = {"lease_until_ms": lease}
    if context.generations.attempts.change(attempt, changes, only_if=(AttemptStatus.SUBMITTING,)):
        start_later(context, attempt, LOST_GRACE_S)
