"""Every provider is out: end the generation, unless an orphan may still answer."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from tidegate.adapters.dynamodb.generation_codec import failures_value
from tidegate.adapters.dynamodb.generations import GenerationTable
from tidegate.adapters.sqs import Queue
from tidegate.domain.attempt import Attempt, AttemptStatus, Failure, FailureClass, FailureCode
from tidegate.domain.budget import orphan_check_s
from tidegate.domain.generation import Generation, ProviderFailure, Settlement, Status

NOT_AVAILABLE: Final = "not available at the moment"
# A vendor's words for these name our organisation, our quota or what our account may use.
_OF_OUR_ACCOUNT: Final = frozenset(
    {FailureCode.AUTH, FailureCode.BILLING, FailureCode.RATE_LIMITED, FailureCode.MODEL_UNAVAILABLE}
)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """Where the generation stands. While ``is_open``, look again after ``wait_s`` seconds."""

    status: Status
    is_open: bool = False
    wait_s: int = 0


def conclude(
    generations: GenerationTable, queue: Queue, *, account_id: str, generation_id: str, now_ms: int
) -> Conclusion | None:
    """End a generation whose providers are exhausted; None when there is no such generation.

    The hold stays while an attempt's outcome is unknown, until the generation's stated expiry: a timeout is
    not a verdict. Until then every attempt that can be asked is asked again, should its own polls be lost.
    """
    generation = generations.get(account_id, generation_id)
    if generation is None:
        return None
    if generation.status.is_terminal:
        return Conclusion(generation.status)
    attempts = generations.attempts.of(generation_id)
    still_open = [attempt for attempt in attempts if attempt.status.is_open]
    if now_ms < generation.expires_at_ms and still_open:
        for attempt in still_open:
            _ask(queue, attempt)
        elapsed_s = (now_ms - generation.created_at_ms) // 1000
        left_s = (generation.expires_at_ms - now_ms) // 1000 + 1
        return Conclusion(generation.status, is_open=True, wait_s=min(orphan_check_s(elapsed_s), left_s))
    failure, failures = summarize(generation, attempts), provider_failures(attempts)
    changes: dict[str, object] = {"error_code": failure.code, "error_message": failure.message}
    if len(failures) > 1:
        changes["provider_failures"] = failures_value(failures)
    generations.settle(
        generation,
        Status.FAILED,
        Settlement.REFUND,
        changes=changes,
        now_ms=now_ms,
    )
    for attempt in still_open:
        _give_up(queue, attempt)
    ended = generations.get(account_id, generation_id)
    return Conclusion(ended.status if ended else Status.FAILED)


def _ask(queue: Queue, attempt: Attempt) -> None:
    if attempt.prediction is not None:  # else only its callback can tell
        queue.send(_message("callback", attempt) | {"prediction_id": attempt.prediction.prediction_id})


def _give_up(queue: Queue, attempt: Attempt) -> None:
    """Have an attempt stopped and resolved whose generation has ended, if it is known what to stop.

    Best effort: the books are closed. What became of a job that is not known stays unknown.
    """
    if attempt.prediction is not None:
        with suppress(BotoCoreError, ClientError):
            queue.send(_message("cancel", attempt))


def _message(kind: str, attempt: Attempt) -> dict[str, object]:
    return {
        "kind": kind,
        "account_id": attempt.account_id,
        "generation_id": attempt.generation_id,
        "number": attempt.number,
    }


def summarize(generation: Generation, attempts: Sequence[Attempt]) -> Failure:
    """Say in one failure why no provider served the generation."""
    failures = [(attempt, attempt.failure) for attempt in attempts if attempt.failure is not None]
    unknown = Failure(
        FailureClass.FAIL_OVER, FailureCode.TIMEOUT, "No provider answered before the hold expired."
    )
    if len(attempts) <= 1:
        return replace(failures[0][1], message=_for_customers(*failures[0])) if failures else unknown
    told = [f"{failed.provider}: {failed.message}" for failed in provider_failures(attempts)]
    return Failure(
        FailureClass.FAIL_OVER,
        FailureCode.ALL_FAILED,
        f"All {len(generation.providers)} providers failed. {'; '.join(told)}"[:1000],
    )


def provider_failures(attempts: Sequence[Attempt]) -> tuple[ProviderFailure, ...]:
    """Say of each provider that was asked, or passed over, why it did not serve the generation."""
    return tuple(_provider_failure(attempt) for attempt in attempts)


def _provider_failure(attempt: Attempt) -> ProviderFailure:
    if attempt.failure is None:
        return ProviderFailure(attempt.provider, FailureCode.TIMEOUT, "no answer")
    told = _for_customers(attempt, attempt.failure)
    return ProviderFailure(attempt.provider, attempt.failure.code, told)


def _for_customers(attempt: Attempt, failure: Failure) -> str:
    """Return the message, unless it tells of our account at the provider, or of our own decision."""
    ours = attempt.status is AttemptStatus.SKIPPED or failure.code in _OF_OUR_ACCOUNT
    return NOT_AVAILABLE if ours else failure.message
