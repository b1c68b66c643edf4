"""Accept a generation: hold its price and store it, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from tidegate.adapters.dynamodb.codec import Item
from tidegate.adapters.dynamodb.generations import GenerationTable
from tidegate.adapters.dynamodb.transaction import ConditionsFailed, StillInConflict
from tidegate.domain.errors import (
    AccountNotFound,
    AccountSuspended,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    ServiceUnavailable,
    SubmitOutcomeUnknown,
)
from tidegate.domain.generation import Generation, MediaType, Status, new_id, new_prediction_id
from tidegate.domain.idempotency import LIFETIME_S, IdempotencyRecord
from tidegate.domain.mode import Mode
from tidegate.domain.money import ZERO, Money
from tidegate.domain.retention import DEFAULT_RETENTION, Retention
from tidegate.domain.scripts import Script
from tidegate.domain.wallet import Payment
from tidegate.usecases.refusals import (
    concurrency_limited,
    insufficient_credits,
    plan_of,
    scripted_refusal,
)

if TYPE_CHECKING:
    from tidegate.usecases.steering import Steering

# the transaction's actions, as GenerationTable.create orders them
_WALLET, _GENERATION, _IDEMPOTENCY = range(3)
_PAYMENT_TRIES: Final = 4


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
    retention: Retention = DEFAULT_RETENTION
    idempotency: Idempotency | None = None
    mode: Mode = Mode.LIVE
    script: Script | None = None
    takes_trials: bool = False  # a free trial of the account pays, as long as there is one
    note: Mapping[str, object] = field(default_factory=dict)  # what the surface wants to tell of it later
    ranked: bool = False  # the caller left the order of the providers to us
    generation_id: str | None = None  # where its id must be known before it is accepted
    also: tuple[Item, ...] = ()  # what the surface writes in the same transaction, or not at all


class AlsoRefused(Exception):
    """Nothing was held and nothing written: a condition of ``Order.also`` did not hold.

    ``failed[i]`` says whether action i's was one of them.
    """

    def __init__(self, failed: Sequence[bool]) -> None:
        super().__init__("what was to be written beside the generation was refused")
        self.failed = tuple(failed)


@dataclass(frozen=True, slots=True)
class Submission:
    """An accepted generation; ``replayed`` when an earlier request with the same key had made it."""

    generation: Generation
    replayed: bool = False


def find_replay(
    generations: GenerationTable, account_id: str, asked: Idempotency | None, now_ms: int
) -> Submission | None:
    """Return what an account's idempotency key stands for already, without accepting anything.

    ``submit`` finds the same by itself; this is for what comes before it, to spare it or when it refuses.
    One or two reads.

    Raises:
        IdempotencyKeyReused: the key was used with another body.
        ServiceUnavailable: the first generation cannot be read now.
    """
    stored = asked and generations.idempotency_record(account_id, asked.path, asked.key)
    if not asked or not stored or stored.expires_at_s <= now_ms // 1000:
        return None
    return _replay(generations, asked.fingerprint, stored)


def submit(generations: GenerationTable, order: Order, now_ms: int) -> Submission:
    """Accept the order, or return what its idempotency key stands for.

    Raises:
        InsufficientCredits, ConcurrencyLimited, AccountSuspended, AccountNotFound: the wallet refuses it.
        IdempotencyKeyReused, IdempotencyInProgress: about the key.
        ServiceUnavailable: the store is busy or down; nothing was held.
        SubmitOutcomeUnknown: the store's answer was lost and it cannot be asked; money may be held.
        RateLimited: its script asks for it, as it can for the others that hold nothing.
        AlsoRefused: about what the order writes beside the generation.
    """
    if order.script is not None and order.script.is_refusal:
        raise scripted_refusal(order.script, order.plan, now_ms)
    # An account without trials is served by the first transaction; one with trials by the second.
    payment = Payment.BALANCE_AFTER_TRIALS if order.takes_trials else Payment.BALANCE
    for _ in range(_PAYMENT_TRIES):
        try:
            return _submit(generations, order, payment, now_ms)
        except _WalletRefused as error:
            other = _other_payment(payment, error.wallet)
            if other is None:
                raise _wallet_refusal(error.wallet, order) from error
            payment = other
    raise ServiceUnavailable("The account's free trials kept changing. Nothing was charged; try again.")


def steered(order: Order, steering: Steering, now_ms: int) -> Order:
    """Put the providers into the order in which they are tried. In test mode none of them is."""
    if order.mode is not Mode.LIVE:
        return order
    generation_id = order.generation_id or new_id(now_ms)
    providers = steering.order(order.model, order.providers, ranked=order.ranked, seed=generation_id)
    return replace(order, providers=providers, generation_id=generation_id)


class _WalletRefused(Exception):
    def __init__(self, wallet: Mapping[str, Any]) -> None:
        super().__init__("the wallet's conditions did not hold")
        self.wallet = wallet


def _submit(generations: GenerationTable, order: Order, payment: Payment, now_ms: int) -> Submission:
    generation = _generation(order, payment, now_ms)
    record = _record(order, generation, now_ms)
    try:
        generations.create(
            generation,
            idempotency=record,
            max_in_flight=plan_of(order.plan).in_flight,
            payment=payment,
            also=order.also,
        )
    except ConditionsFailed as error:
        if record is not None and error.failed[_IDEMPOTENCY]:
            stored = IdempotencyRecord.from_values(error.items[_IDEMPOTENCY])
            return _replay(generations, record.fingerprint, stored)
        if error.failed[_WALLET] or error.failed[_GENERATION]:
            raise _WalletRefused(error.items[_WALLET]) from error
        raise AlsoRefused(error.failed[-len(order.also) :]) from error
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


def _other_payment(payment: Payment, wallet: Mapping[str, Any]) -> Payment | None:
    """Return what to pay with instead, where the wallet refused because trials came or went."""
    has_trial = wallet.get("trials", 0) > 0
    if payment is Payment.BALANCE_AFTER_TRIALS and has_trial:
        return Payment.TRIAL
    if payment is Payment.TRIAL and not has_trial:
        return Payment.BALANCE_AFTER_TRIALS
    return None


def _generation(order: Order, payment: Payment, now_ms: int) -> Generation:
    return Generation(
        account_id=order.account_id,
        generation_id=order.generation_id or new_id(now_ms),
        surface=order.surface,
        model=order.model,
        media_type=order.media_type,
        params=order.params,
        providers=order.providers,
        price=ZERO if payment is Payment.TRIAL else order.price,
        status=Status.PENDING,
        prediction_id=new_prediction_id(),
        created_at_ms=now_ms,
        expires_at_ms=now_ms + order.hold_s * 1000,
        mode=order.mode,
        script=str(order.script) if order.script else None,
        trial=payment is Payment.TRIAL,
        note=order.note,
        retention=order.retention,
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


def _replay(generations: GenerationTable, fingerprint: str, stored: IdempotencyRecord) -> Submission:
    if stored.fingerprint != fingerprint:
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
    if "suspended_at_ms" in wallet:
        return AccountSuspended("This account is suspended. Please contact the operator of this gateway.")
    is_free = order.takes_trials and wallet.get("trials", 0) > 0
    if wallet["balance"] < order.price.micros and not is_free:
        return insufficient_credits()
    return concurrency_limited(plan_of(order.plan).in_flight)


def _resolve_lost_answer(generations: GenerationTable, generation: Generation, lost: Exception) -> Submission:
    try:
        stored = generations.rule_out(generation)  # a mere read would miss what is still being written
    except (BotoCoreError, ClientError):
        raise SubmitOutcomeUnknown(
            "The store did not answer. The generation may have been accepted: list your generations before "
            "you send it again."
        ) from lost
    if stored is None:
        raise ServiceUnavailable("The store did not answer. Nothing was charged; try again.") from lost
    return Submission(stored)
