"""Start an attempt: write it down, send it once, and never send it again blindly."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import replace

from tidegate.adapters.dynamodb.attempt_codec import prediction_value
from tidegate.adapters.providers.protocol import OutcomeUnknown, ProviderRefused, SearchUnsupported
from tidegate.adapters.providers.registry import ProviderNotConfigured
from tidegate.domain.attempt import (
    Accepted,
    Attempt,
    AttemptStatus,
    Failure,
    FailureClass,
    FailureCode,
    Job,
    Prediction,
    Succeeded,
)
from tidegate.domain.budget import LOST_GRACE_S, ORPHAN_POLL_S, retry_delay_s
from tidegate.domain.generation import Generation
from tidegate.domain.money import ZERO
from tidegate.domain.pricing import cost
from tidegate.domain.translation import native_input
from tidegate.usecases.attempts.context import Context
from tidegate.usecases.attempts.resolve import (
    failed,
    orphan,
    repeat_outcome,
    stop_at_provider,
    succeeded,
    wind_down,
)
from tidegate.usecases.store_outputs import OutputUnreachable


def start(
    context: Context, generation: Generation, attempt: Attempt | None, *, number: int, task_token: str
) -> None:
    """Begin attempt ``number``, or go on with what an earlier run of this message left behind."""
    if attempt is None:
        attempt = _new_attempt(context, generation, number, task_token)
        if generation.status.is_terminal:
            context.answer(attempt, generation)
        elif context.generations.create_attempt(attempt):
            _send(context, generation, attempt)
        else:  # a twin of this message was quicker: look again when it is done
            _later(context, attempt, task_token, context.worker_timeout_s)
        return
    if generation.status.is_terminal:
        wind_down(context, generation, attempt)
        return
    match attempt.status:
        case AttemptStatus.WAITING:
            _claim_and_send(context, generation, attempt)
        case AttemptStatus.SUBMITTING if context.now_ms() < attempt.lease_until_ms:
            wait_s = (attempt.lease_until_ms - context.now_ms()) // 1000 + 1
            _later(context, attempt, task_token, wait_s)
        case AttemptStatus.SUBMITTING:
            _recover(context, generation, attempt)
        case AttemptStatus.SUBMITTED:
            _accepted(context, generation, attempt)
        case _:
            repeat_outcome(context, generation, attempt)


def _new_attempt(context: Context, generation: Generation, number: int, task_token: str) -> Attempt:
    now = context.now_ms()
    provider = generation.providers[number - 1]
    route = context.route(generation, provider)
    return Attempt(
        account_id=generation.account_id,
        generation_id=generation.generation_id,
        number=number,
        provider=provider,
        status=AttemptStatus.SUBMITTING,
        callback_token=secrets.token_urlsafe(16),
        cost=cost(route, generation.params) if route else ZERO,
        started_at_ms=now,
        deadline_ms=now + context.budget(generation).attempt_s * 1000,
        lease_until_ms=now + context.worker_timeout_s * 1000,
        task_token=task_token,
    )


def _job(context: Context, generation: Generation, attempt: Attempt) -> Job:
    route = context.route(generation, attempt.provider)
    if route is None:
        raise ProviderRefused(
            Failure(
                FailureClass.FAIL_OVER,
                FailureCode.MODEL_UNAVAILABLE,
                f"the catalogue no longer runs {generation.model} at {attempt.provider}",
            )
        )
    reference = f"{generation.generation_id}/{attempt.number}"
    return Job(
        native_model=route.native_model,
        media_type=generation.media_type,
        input=native_input(route, _with_seed(generation.params, reference)),
        callback_url=(
            f"{context.public_base_url}/callbacks/{attempt.provider}/{reference}/{attempt.callback_token}"
            if route.callbacks
            else None
        ),
        reference=reference,
    )


def _with_seed(params: Mapping[str, object], reference: str) -> Mapping[str, object]:
    """Give every attempt a seed of its own, so that a lost job can be told from its like when searched.

    It follows from the reference, so a rebuilt job is the same job. Providers agree on 31 bits.
    """
    seed = int.from_bytes(hashlib.sha256(reference.encode()).digest()[:4]) >> 1
    return {"generation_seed": seed, **params}


def _claim_and_send(context: Context, generation: Generation, attempt: Attempt) -> None:
    lease = context.now_ms() + context.worker_timeout_s * 1000
    changes = {"status": AttemptStatus.SUBMITTING, "lease_until_ms": lease}
    if context.generations.change_attempt(attempt, changes, only_if=(AttemptStatus.WAITING,)):
        _send(context, generation, replace(attempt, status=AttemptStatus.SUBMITTING, lease_until_ms=lease))


def _send(context: Context, generation: Generation, attempt: Attempt) -> None:
    try:
        provider = context.providers.get(attempt.provider)
        result = provider.submit(_job(context, generation, attempt))
    except ProviderNotConfigured as error:
        refusal = Failure(FailureClass.FAIL_OVER, FailureCode.AUTH, str(error))
        failed(context, generation, attempt, refusal)
    except ProviderRefused as error:
        _refused(context, generation, attempt, error.failure)
    except OutcomeUnknown:
        _look_later(context, attempt)
    else:
        if isinstance(result, Accepted):
            _note_submitted(context, generation, attempt, result.prediction)
        else:
            _finished_at_once(context, generation, attempt, result)


def _finished_at_once(context: Context, generation: Generation, attempt: Attempt, result: Succeeded) -> None:
    try:
        succeeded(context, generation, attempt, result)
    except OutputUnreachable as error:  # a synchronous provider cannot be asked again for what it made
        lost = Failure(FailureClass.FAIL_OVER, FailureCode.UNAVAILABLE, f"output unreachable: {error}")
        failed(context, generation, attempt, lost)


def _refused(context: Context, generation: Generation, attempt: Attempt, failure: Failure) -> None:
    delay = retry_delay_s(failure.failure_class, attempt.retries, failure.retry_after_s)
    if delay is None or context.now_ms() + delay * 1000 >= attempt.deadline_ms:
        failed(context, generation, attempt, failure)
        return
    changes = {"status": AttemptStatus.WAITING, "retries": attempt.retries + 1}
    if context.generations.change_attempt(attempt, changes, only_if=(AttemptStatus.SUBMITTING,)):
        _later(context, attempt, attempt.task_token or "", delay)


def _look_later(context: Context, attempt: Attempt) -> None:
    """The answer is lost. Give the job time to show up at the provider, or to call back."""
    lease = context.now_ms() + LOST_GRACE_S * 1000
    if context.generations.change_attempt(
        attempt, {"lease_until_ms": lease}, only_if=(AttemptStatus.SUBMITTING,)
    ):
        _later(context, attempt, attempt.task_token or "", LOST_GRACE_S)


def _recover(context: Context, generation: Generation, attempt: Attempt) -> None:
    """The answer to our submit is lost. Find the job, or prove that there is none, or leave an orphan."""
    try:
        provider = context.providers.get(attempt.provider)
        job = _job(context, generation, attempt)
        found = provider.search(job, attempt.started_at_ms, context.now_ms())
    except (SearchUnsupported, OutcomeUnknown, ProviderNotConfigured, ProviderRefused) as error:
        orphan(context, generation, attempt, f"lost submit response; {type(error).__name__}")
        return
    if found is not None:
        _note_submitted(context, generation, attempt, found)
        return
    lost = Failure(FailureClass.RETRY, FailureCode.UNKNOWN_OUTCOME, "the submit never reached the provider")
    _refused(context, generation, attempt, lost)


def _note_submitted(
    context: Context, generation: Generation, attempt: Attempt, prediction: Prediction
) -> None:
    found = {"prediction": prediction_value(prediction)}
    attempt = replace(attempt, prediction=prediction)
    submitted = {"status": AttemptStatus.SUBMITTED, **found}
    if context.generations.change_attempt(attempt, submitted, only_if=(AttemptStatus.SUBMITTING,)):
        _accepted(context, generation, attempt)
    elif context.generations.change_attempt(attempt, found, only_if=(AttemptStatus.ORPHANED,)):
        context.poll_later(generation, attempt, polls=attempt.polls, delay_s=ORPHAN_POLL_S)
    elif _is_known(context, attempt):  # its callback or a twin was quicker than our own answer
        _accepted(context, generation, attempt)
    else:  # it was given up while we were sending: nobody wants this job
        stop_at_provider(context, attempt)


def _is_known(context: Context, attempt: Attempt) -> bool:
    _, stored = context.generations.get_with_attempt(
        attempt.account_id, attempt.generation_id, attempt.number
    )
    return stored is not None and stored.prediction == attempt.prediction


def _accepted(context: Context, generation: Generation, attempt: Attempt) -> None:
    context.generations.mark_processing(generation, attempt.provider, context.now_ms())
    context.poll_later(generation, attempt, polls=attempt.polls, delay_s=None)


def _later(context: Context, attempt: Attempt, task_token: str, delay_s: int) -> None:
    context.send("start", attempt, delay_s=delay_s, task_token=task_token)
