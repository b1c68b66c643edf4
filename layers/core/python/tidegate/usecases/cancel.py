"""Cancel a generation: our state and the refund are decided here; the provider is told afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from tidegate.adapters.dynamodb.generations import GenerationTable
from tidegate.adapters.sqs import Queue
from tidegate.domain.attempt import AttemptStatus
from tidegate.domain.errors import GenerationNotCancelable, GenerationNotFound
from tidegate.domain.generation import Settlement, Status


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
    generation = generations.get(account_id, generation_id)
    if generation is None:
        raise GenerationNotFound("There is no such generation.")
    if generation.status.is_terminal or not generations.settle(
        generation, Status.CANCELED, Settlement.REFUND, changes={}, now_ms=now_ms
    ):
        raise GenerationNotCancelable("The generation has already ended.")
    at_work = [attempt for attempt in generations.attempts(generation_id) if attempt.status.is_open]
    for attempt in at_work:
        attempts.send(
            {
                "kind": "cancel",
                "account_id": account_id,
                "generation_id": generation_id,
                "number": attempt.number,
            }
        )
    sent = any(attempt.status is AttemptStatus.SUBMITTED for attempt in at_work)
    return Cancellation(generation_id, provider_cancel_sent=sent, credits_refunded=True)
