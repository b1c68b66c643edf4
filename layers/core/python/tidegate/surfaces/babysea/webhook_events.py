"""What the bus carries when a generation changes: BabySea's ``webhook_data`` (contracts: BabySea §8.2).

Absent values are left out, never null. Every field comes from the stored generation, the event's time
included: a repeated stream record builds the same event again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from tidegate.domain.generation import Generation, Status, new_id
from tidegate.domain.money import Money
from tidegate.domain.webhooks import Event, EventType
from tidegate.surfaces.babysea.errors import UNNAMED_FAILURE

_TYPES: Final = {
    Status.PROCESSING: EventType.STARTED,
    Status.SUCCEEDED: EventType.COMPLETED,
    Status.FAILED: EventType.FAILED,
    Status.CANCELED: EventType.CANCELED,
}
_NO_GENERATION: Final = "00000000-0000-0000-0000-000000000000"
_TEST_MODEL: Final = "webhook/test"
_UNNAMED_ERROR: Final = "internal"


def event_detail(
    generation: Generation, output_urls: Sequence[str], error_code_of: Callable[[str], str]
) -> dict[str, object] | None:
    """Return the bus event that announces the generation's status, or None for a pending one.

    Args:
        generation: as it stands after its status changed.
        output_urls: public URLs of its outputs, in order; told on success only.
        error_code_of: turns a stored error code into the wire's (``BSE…``).
    """
    event_type = _TYPES.get(generation.status)
    if event_type is None:
        return None
    at_ms = generation.completed_at_ms if generation.status.is_terminal else generation.started_at_ms
    data = _shared(generation) | _particulars(generation, output_urls, error_code_of)
    return Event(
        event_id=f"{generation.generation_id}:{event_type.removeprefix('generation.')}",
        event_type=event_type,
        account_id=generation.account_id,
        occurred_at_ms=generation.created_at_ms if at_ms is None else at_ms,
        data={name: value for name, value in data.items() if value is not None},
        log_s=generation.retention.log_s,
        surface=generation.surface,
    ).to_detail()


def webhook_test_event(account_id: str, endpoint_id: str, now_ms: int) -> dict[str, object]:
    """Return a ``webhook.test`` event for this endpoint only. Each call is an event of its own."""
    return Event(
        event_id=f"{new_id(now_ms)}:test",
        event_type=EventType.TEST,
        account_id=account_id,
        occurred_at_ms=now_ms,
        data={
            "account_id": account_id,
            "model_identifier": _TEST_MODEL,
            "generation_id": _NO_GENERATION,
            "generation_status": Status.SUCCEEDED.value,
        },
        endpoint_id=endpoint_id,
    ).to_detail()


def low_balance_event(
    account_id: str,
    balance: Money,
    crossed: Sequence[tuple[Money, Money]],
    *,
    event_id: str,
    occurred_at_ms: int,
) -> dict[str, object]:
    """Return a ``credits.low_balance`` event. Amounts are credits, which are dollars, as JSON numbers.

    Args:
        account_id: whose balance fell.
        balance: what can be spent now.
        crossed: each threshold that the balance fell below, and the balance at that moment.
        event_id: the same whenever the same crossing is told again, such as ``<account>:low_balance:<seq>``.
        occurred_at_ms: when it fell; part of the event's identity, too.
    """
    thresholds = [{"threshold": _credits(limit), "balance_at": _credits(at)} for limit, at in crossed]
    return Event(
        event_id=event_id,
        event_type=EventType.LOW_BALANCE,
        account_id=account_id,
        occurred_at_ms=occurred_at_ms,
        data={
            "account_id": account_id,
            "current_balance": _credits(balance),
            "thresholds_crossed": thresholds,
        },
    ).to_detail()


def _credits(amount: Money) -> float:
    return float(amount.dollars)  # JSON's number: its shortest decimal form is the amount's own


def _shared(generation: Generation) -> dict[str, object]:
    return {
        "account_id": generation.account_id,
        "model_identifier": generation.model,
        "generation_id": generation.generation_id,
        "generation_status": generation.status.value,
        "generation_prediction_id": generation.prediction_id,
    }


def _particulars(
    generation: Generation, output_urls: Sequence[str], error_code_of: Callable[[str], str]
) -> dict[str, object]:
    match generation.status:
        case Status.PROCESSING:
            return {"generation_provider_initialize": generation.provider_initialize}
        case Status.SUCCEEDED:
            return {
                "generation_provider_used": generation.provider_used,
                "generation_output_file": list(output_urls),
            }
        case Status.FAILED:
            return {
                "generation_error": generation.error_message or UNNAMED_FAILURE,
                "generation_error_code": error_code_of(generation.error_code or _UNNAMED_ERROR),
                "generation_provider_used": generation.provider_used,
            }
        case _:
            return {"credits_refunded": True}  # canceling always gives the hold back (design §4)
