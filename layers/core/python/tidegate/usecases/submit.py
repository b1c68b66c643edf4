"""Accept a generation: hold its price and store it, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tidegate.adapters.dynamodb.generations import GenerationTable
from tidegate.adapters.dynamodb.transaction import ConditionsFailed, StillInConflict
from tidegate.domain.errors import (
    AccountNotFound,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    ServiceUnavailable,
    SubmitOutcomeUnknown,
)
from tidegate.domain.generation import Generation, MediaType, Status, new_id, new_prediction_id
from tidegate.domain.idempotency import LIFETIME_S, IdempotencyRecord
from tidegate.domain.mode import Mode
from tidegate.domain.money import Money
from tidegate.domain.scripts import Script
from tidegate.usecases.refusals import (
    concurrency_limited,
    insufficient_credits,
    plan_of,
    scripted_refusal,
)

_WALLET, _GENERATION, _IDEMPOTENCY = range(
    3
)  # the transaction's actions, as GenerationTable.create orders them


@dataclass(frozen=True, slots=True)
class Idempotency:
    """What the caller sent as its idempotency key, for which path, and the fingerprint of its request."""

    path: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Order:
    """A validated and priced request. ``script``: what is to become of it, in test mode."""

    account_id: str
    plan: str
    surface: str
    model: str
    media_type: MediaType
    params: Mapping[str, object]
    providers: tuple[str, ...]
    price: Money
    hold_s: int
    idempotency: Idempotency | None = None
    mode: Mode = Mode.LIVE
    script: Script | None = None
    ranked: bool = False  # the caller left the order of the providers to us
    generation_id: str | None = None  # where its id must be known before it is accepted


@dataclass(frozen=True, slots=True)
class Submission:
    """An accepted generation; ``replayed`` when an earlier request with the same key had made it."""

    generation: Generation
    replayed: bool = False


def submit(generations: GenerationTable, order: Order, now_ms: int) -> Submission:
    """Accept the order, or return what its idempotency key stands for.

    Raises:
        InsufficientCredits, ConcurrencyLimited, AccountNotFound: the wallet does not allow it.
        IdempotencyKeyReused, IdempotencyInProgress: about the key.
        ServiceUnavailable: the store is busy or down; nothing was held.
        SubmitOutcomeUnknown: the store's answer was lost and it cannot be asked; money may be held.
        RateLimited: its script asks for it, as it can for the others that hold nothing.
    """
    if order.script is not None and order.script.is_refusal:
        raise scripted_refusal(order.script, order.plan, now_ms)
    generation = _generation(order, now_ms)
    record = _record(order, generation, now_ms)
    try:
        generations.create(
            generation,
            idempotency=record,
            max_in_flight=plan_of(order.plan).in_flight,
        )
    except ConditionsFailed as error:
        if record is not None and error.failed[_IDEMPOTENCY]:
            return _replay(generations, record, IdempotencyRecord.from_values(error.items[_IDEMPOTENCY]))
        raise _wallet_refusal(error.items[_WALLET], order) from error
    except StillInConflict as error:
        if record is not None and error.conflicted[_IDEMPOTENCY]:
            raise IdempotencyInProgress(
                "A request with this Idempotency-Key is still being processed. "
                "Retry once the original request completes."
            ) from error
        raise ServiceUnavailable("The wallet is busy. Nothing was charged; try again.") from error
    except (ClientError, BotoCoreError) as error:  # even an error answer may follow a write that was repeated
        return _resolve_lost_answer(generations, generation, error)
    return Submission(generation)


def _generation(order: Order, now_ms: int) -> Generation:
    return Generation(
        account_id=order.account_id,
        generation_id=order.generation_id or new_id(now_ms),
        surface=order.surface,
        model=order.model,
        media_type=order.media_type,
        params=order.params,
        providers=order.providers,
        price=order.price,
        status=Status.PENDING,
        prediction_id=new_prediction_id(),
        created_at_ms=now_ms,
        expires_at_ms=now_ms + order.hold_s * 1000,
        mode=order.mode,
        script=str(order.script) if order.script else None,
    )


def _record(order: Order, generation: Generation, now_ms: int) -> IdempotencyRecord | None:
    if order.idempotency is None:
        return None
    return IdempotencyRecord(
        account_id=order.account_id,
        path=order.idempotency.path,
        key=order.idempotency.key,
        fingerprint=order.idempotency.fingerprint,
        generation_id=generation.generation_id,
        expires_at_s=now_ms // 1000 + LIFETIME_S,
    )


def _replay(generations: GenerationTable, ours: IdempotencyRecord, stored: IdempotencyRecord) -> Submission:
    if stored.fingerprint != ours.fingerprint:
        raise IdempotencyKeyReused("This Idempotency-Key was used with a different request body.")
    generation = generations.get(stored.account_id, stored.generation_id)
    if generation is None:
        raise ServiceUnavailable("The original request cannot be read now. Try again.")
    return Submission(generation, replayed=True)


def _wallet_refusal(wallet: Mapping[str, Any], order: Order) -> Exception:
    if not wallet:
        return AccountNotFound("The account of this API key no longer exists.")
    if wallet.get("mode", Mode.LIVE) != order.mode:
        return RuntimeError(f"a {order.mode} key of an account that is not")  # no way is known to this
    if wallet["balance"] < order.price.micros:
        return insufficient_credits()
    return concurrency_limited(plan_of(order.plan).in_flight)


def _resolve_lost_answer(generations: GenerationTable, generation: Generation, lost: Exception) -> Submission:
    try:
        stored = generations.get(generation.account_id, generation.generation_id)
    except (BotoCoreError, ClientError):
        raise SubmitOutcomeUnknown(
            "The store did not answer. The generation may have been accepted: list your generations before "
            "you send it again."
        ) from lost
    if stored is None:
        raise ServiceUnavailable("The store did not answer. Nothing was charged; try again.") from lost
    return Submission(stored)
