"""Accepting a generation: the hold, the record and the idempotency key are one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from infra.config import Config
from tidegate.domain.attempt import Attempt, AttemptStatus
from tidegate.domain.errors import (
    AccountNotFound,
    ConcurrencyLimited,
    GenerationNotCancelable,
    GenerationNotFound,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    InsufficientCredits,
    ServiceUnavailable,
    SubmitOutcomeUnknown,
)
from tidegate.domain.generation import MediaType, Status
from tidegate.domain.money import ZERO, Money
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, grant
from tidegate.usecases.cancel import cancel
from tidegate.usecases.submit import Idempotency, Order, submit

NOW_MS = 1_763_000_000_000
DAY_MS = 24 * 60 * 60 * 1000
PRICE = Money.of("0.005")


@pytest.fixture
def account_id(runtime: Runtime) -> str:
    account = create_account(runtime.wallets, name="Acme", now_ms=NOW_MS)
    grant(
        runtime.wallets, account_id=account.account_id, amount=PRICE * 3, reference="welcome", now_ms=NOW_MS
    )
    return account.account_id


def _order(account_id: str, key: str | None = None, fingerprint: str = "print") -> Order:
    return Order(
        account_id=account_id,
        plan="enterprise",
        surface="babysea",
        model="bfl/flux-schnell",
        media_type=MediaType.IMAGE,
        params={"generation_prompt": "a seal"},
        providers=("replicate", "fal"),
        price=PRICE,
        hold_s=1800,
        idempotency=Idempotency("/v1/generate", key, fingerprint) if key else None,
    )


def _books(runtime: Runtime, account_id: str) -> tuple[Money, Money, int]:
    account = runtime.wallets.get(account_id)
    assert account is not None
    return account.wallet.balance, account.wallet.held, account.wallet.in_flight


def test_an_accepted_generation_is_stored_with_its_price_on_hold(runtime: Runtime, account_id: str) -> None:
    submission = submit(runtime.generations, _order(account_id), NOW_MS)
    stored = runtime.generations.get(account_id, submission.generation.generation_id)
    assert stored == submission.generation
    assert stored.status is Status.PENDING
    assert _books(runtime, account_id) == (PRICE * 2, PRICE, 1)


def test_beyond_the_balance_nothing_is_accepted(runtime: Runtime, account_id: str) -> None:
    for _ in range(3):
        submit(runtime.generations, _order(account_id), NOW_MS)
    with pytest.raises(InsufficientCredits):
        submit(runtime.generations, _order(account_id), NOW_MS)
    assert len(runtime.listing.page(account_id, total=10, offset=0, limit=10, now_ms=NOW_MS)) == 3
    assert _books(runtime, account_id) == (ZERO, PRICE * 3, 3)


def test_beyond_the_plans_generations_in_flight_nothing_is_accepted(
    runtime: Runtime, account_id: str
) -> None:
    order = replace(_order(account_id), plan="free")
    submit(runtime.generations, order, NOW_MS)
    submit(runtime.generations, order, NOW_MS)
    with pytest.raises(ConcurrencyLimited):
        submit(runtime.generations, order, NOW_MS)


def test_without_money_a_trial_waits_for_the_generations_in_flight(runtime: Runtime) -> None:
    account_id = create_account(runtime.wallets, name="Reef", trials=3, now_ms=NOW_MS).account_id
    order = replace(_order(account_id), plan="free", takes_trials=True)
    submit(runtime.generations, order, NOW_MS)
    submit(runtime.generations, order, NOW_MS)
    with pytest.raises(ConcurrencyLimited):
        submit(runtime.generations, order, NOW_MS)
    with pytest.raises(InsufficientCredits):
        submit(runtime.generations, replace(order, takes_trials=False), NOW_MS)


def test_an_account_that_is_gone_cannot_submit(runtime: Runtime) -> None:
    with pytest.raises(AccountNotFound):
        submit(runtime.generations, _order("gone"), NOW_MS)


def test_the_same_key_and_body_return_the_first_generation(runtime: Runtime, account_id: str) -> None:
    first = submit(runtime.generations, _order(account_id, "key"), NOW_MS)
    again = submit(runtime.generations, _order(account_id, "key"), NOW_MS + 1)
    assert again.replayed
    assert again.generation == first.generation
    assert _books(runtime, account_id) == (PRICE * 2, PRICE, 1)


def test_a_replay_works_on_an_empty_wallet(runtime: Runtime, account_id: str) -> None:
    submit(runtime.generations, replace(_order(account_id, "key"), price=PRICE * 3), NOW_MS)
    assert submit(runtime.generations, replace(_order(account_id, "key"), price=PRICE * 3), NOW_MS).replayed


def test_the_same_key_with_another_body_is_refused(runtime: Runtime, account_id: str) -> None:
    submit(runtime.generations, _order(account_id, "key"), NOW_MS)
    with pytest.raises(IdempotencyKeyReused):
        submit(runtime.generations, _order(account_id, "key", "another print"), NOW_MS)


def test_a_key_is_free_again_after_a_day(runtime: Runtime, account_id: str) -> None:
    submit(runtime.generations, _order(account_id, "key"), NOW_MS)
    later = submit(runtime.generations, _order(account_id, "key", "another print"), NOW_MS + DAY_MS)
    assert not later.replayed


def test_a_refused_submit_does_not_use_up_its_key(runtime: Runtime, account_id: str) -> None:
    with pytest.raises(InsufficientCredits):
        submit(runtime.generations, replace(_order(account_id, "key"), price=PRICE * 4), NOW_MS)
    assert not submit(runtime.generations, _order(account_id, "key"), NOW_MS).replayed


def _cancelled(*codes: str) -> ClientError:
    reasons = [{"Code": code} for code in codes]
    response: Any = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
    return ClientError(response, "TransactWriteItems")


@pytest.mark.parametrize(
    ("codes", "error"),
    [
        (("None", "None", "TransactionConflict"), IdempotencyInProgress),
        (("ConditionalCheckFailed", "None", "TransactionConflict"), IdempotencyInProgress),
        (("TransactionConflict", "None", "None"), ServiceUnavailable),
    ],
)
def test_items_that_stay_busy_are_told_apart(
    runtime: Runtime, account_id: str, codes: tuple[str, ...], error: type[Exception]
) -> None:
    busy = _cancelled(*codes)
    with (
        patch.object(runtime.dynamodb, "transact_write_items", side_effect=busy),
        patch("tidegate.adapters.dynamodb.transaction.time.sleep"),
        pytest.raises(error),
    ):
        submit(runtime.generations, _order(account_id, "key"), NOW_MS)


def test_a_conflict_that_passes_is_not_seen(runtime: Runtime, account_id: str) -> None:
    write = runtime.dynamodb.transact_write_items
    answers = [_cancelled("TransactionConflict", "None"), None]

    def flaky(**request: object) -> object:
        answer = answers.pop(0)
        if answer:
            raise answer
        return write(**request)  # type: ignore[arg-type]

    with patch.object(runtime.dynamodb, "transact_write_items", side_effect=flaky):
        submit(runtime.generations, _order(account_id), NOW_MS)
    assert _books(runtime, account_id) == (PRICE * 2, PRICE, 1)


def test_a_twin_that_sees_the_first_ones_hold_before_its_key_is_answered_with_the_first_ones_generation(
    runtime: Runtime, account_id: str
) -> None:
    order = replace(_order(account_id, "key"), price=PRICE * 3)
    write, first = runtime.dynamodb.transact_write_items, list[str]()

    def half_seen(**request: object) -> object:
        if not first:
            first.append("")
            first[0] = submit(runtime.generations, order, NOW_MS).generation.generation_id
            # The items of a transaction change one after the other: the wallet has, the key is about to.
            raise _cancelled("ConditionalCheckFailed", "None", "TransactionConflict")
        return write(**request)  # type: ignore[arg-type]

    with patch.object(runtime.dynamodb, "transact_write_items", side_effect=half_seen):
        twin = submit(runtime.generations, order, NOW_MS)
    assert twin.replayed
    assert [twin.generation.generation_id] == first


def test_throttling_holds_nothing_and_may_be_tried_again(runtime: Runtime, account_id: str) -> None:
    throttled = ClientError({"Error": {"Code": "ThrottlingException"}}, "TransactWriteItems")
    with (
        patch.object(runtime.dynamodb, "transact_write_items", side_effect=throttled),
        pytest.raises(ServiceUnavailable),
    ):
        submit(runtime.generations, _order(account_id), NOW_MS)


def test_a_lost_answer_is_looked_up_and_never_guessed(runtime: Runtime, account_id: str) -> None:
    write = runtime.dynamodb.transact_write_items
    lost = ReadTimeoutError(endpoint_url="https://dynamodb")

    def written_but_lost(**request: object) -> None:
        write(**request)  # type: ignore[arg-type]
        raise lost

    with patch.object(runtime.dynamodb, "transact_write_items", side_effect=written_but_lost):
        assert submit(runtime.generations, _order(account_id), NOW_MS).generation.status is Status.PENDING
    with (
        patch.object(runtime.dynamodb, "transact_write_items", side_effect=lost),
        pytest.raises(ServiceUnavailable),
    ):
        submit(runtime.generations, _order(account_id), NOW_MS)
    with (
        patch.object(runtime.dynamodb, "transact_write_items", side_effect=lost),
        patch.object(runtime.dynamodb, "put_item", side_effect=lost),
        pytest.raises(SubmitOutcomeUnknown),
    ):
        submit(runtime.generations, _order(account_id), NOW_MS)
    assert _books(runtime, account_id) == (PRICE * 2, PRICE, 1)


def test_canceling_gives_the_price_back_once(runtime: Runtime, account_id: str) -> None:
    generation = submit(runtime.generations, _order(account_id), NOW_MS).generation
    cancellation = cancel(
        runtime.generations,
        runtime.attempts,
        account_id=account_id,
        generation_id=generation.generation_id,
        now_ms=NOW_MS + 1,
    )
    assert cancellation.credits_refunded
    assert not cancellation.provider_cancel_sent
    with pytest.raises(GenerationNotCancelable):
        cancel(
            runtime.generations,
            runtime.attempts,
            account_id=account_id,
            generation_id=generation.generation_id,
            now_ms=NOW_MS + 2,
        )
    assert _books(runtime, account_id) == (PRICE * 3, ZERO, 0)


def test_another_accounts_generation_is_simply_not_there(runtime: Runtime, account_id: str) -> None:
    generation = submit(runtime.generations, _order(account_id), NOW_MS).generation
    with pytest.raises(GenerationNotFound):
        cancel(
            runtime.generations,
            runtime.attempts,
            account_id="another",
            generation_id=generation.generation_id,
            now_ms=NOW_MS,
        )
    assert runtime.generations.get("another", generation.generation_id) is None


def test_canceling_stands_although_the_provider_could_not_be_told(runtime: Runtime, account_id: str) -> None:
    generation = submit(runtime.generations, _order(account_id), NOW_MS).generation
    attempt = Attempt(
        account_id=account_id,
        generation_id=generation.generation_id,
        number=1,
        provider="replicate",
        status=AttemptStatus.SUBMITTED,
        callback_token="token",
        cost=ZERO,
        started_at_ms=NOW_MS,
        deadline_ms=NOW_MS + 60_000,
        lease_until_ms=NOW_MS,
        owner="worker",
    )
    assert runtime.generations.attempts.create(attempt)
    down = ClientError({"Error": {"Code": "ServiceUnavailable"}}, "SendMessage")
    with patch.object(runtime.attempts, "send", side_effect=down):
        cancellation = cancel(
            runtime.generations,
            runtime.attempts,
            account_id=account_id,
            generation_id=generation.generation_id,
            now_ms=NOW_MS + 1,
        )
    assert (cancellation.credits_refunded, cancellation.provider_cancel_sent) == (True, False)
    assert _books(runtime, account_id) == (PRICE * 3, ZERO, 0)


def test_authenticating_writing_and_reading_back_fit_into_an_api_functions_time(runtime: Runtime) -> None:
    config: Any = runtime.dynamodb.meta.config
    tries = config.retries["total_max_attempts"]
    longest_s = tries * (config.connect_timeout + config.read_timeout)
    assert 2 * longest_s + 2 < Config().api_timeout_s  # the write may hang, then the read; the key was quick
