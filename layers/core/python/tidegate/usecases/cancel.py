"""Cancel a generation: our state and the refund are decided here; the provider is told afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from tidegate.adapters.dynamodb.generations import GenerationTable
from tidegate.adapters.sqs import Queue
from tidegate.domain.attempt import Attempt, AttemptStatus
from tidegate.domain.errors import GenerationNotCancelable
from tidegate.domain.generation import Settlement, Status
from tidegate.usecases.get_generation import get_generation


@dataclass(frozen=True, slots=True)
class Cancellation:
    """What canceling did. ``provider_cancel_sent``: a provider was at work and will be told, best effort."""

    generation_id: str
    provider_cancel_sent: bool
    credits_refunded: bool


def cancel(
    generations: GenerationTable, attempts: Queue, *, account_id: str, generation_id: str, now_ms: int
) -> Cancellation:
    """Cancel an open generation and give its price back.

    Raises:
        GenerationNotFound: absent, or another account's.
        GenerationNotCancelable: it has already ended.
    """
    generation = get_generation(
        generations, account_id=account_id, generation_id=generation_id, now_ms=now_ms
    )
    if generation.status.is_terminal or not generations.settle(
        generation, Status.CANCELED, Settlement.REFUND, changes={}, now_ms=now_ms
    ):
        raise GenerationNotCancelable("The generation has already ended.")
    at_work = [attempt for attempt in generations.attempts.of(generation_id) if attempt.status.is_open]
    told = [_tell(attempts, attempt) for attempt in at_work]
    sent = any(told) and any(attempt.status is AttemptStatus.SUBMITTED for attempt in at_work)
    return Cancellation(generation_id, provider_cancel_sent=sent, credits_refunded=True)


def _tell(attempts: Queue, attempt: Attempt) -> bool:
    """Queue the cancel at the provider. If that fails, the attempt's next poll finds the cancellation."""
    message = {
        "kind": "cancel",
        "account_id": attempt.account_id,
        "generation_id": attempt.generation_id,
        "number": attempt.number,
    }
    try:
        attempts.send(message)
    except (BotoCoreError, ClientError):
        return False
    return True
