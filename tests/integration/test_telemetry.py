"""Generations stream → counters, breakers and rankings."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tidegate.adapters.dynamodb import attempt_codec
from tidegate.adapters.dynamodb.models import ModelHealth
from tidegate.domain.attempt import Attempt, AttemptStatus, Failure, FailureClass, FailureCode
from tidegate.domain.health import State, Window, minute_of, recent
from tidegate.domain.money import Money
from tidegate.domain.routing import bucket_end_ms, bucket_of
from tidegate.domain.usage import ProviderUsage, day_of
from tidegate.runtime import Runtime
from tidegate.usecases.tally_attempts import RANK_EVERY_MS, Tallied, tally_attempts

START_MS = 1_763_000_010_000
END_MS = START_MS + 4_000
DAY = day_of(START_MS)
ACCOUNT, MODEL = "account-1", "bfl/flux-schnell"
COST = Money(3_000)
_ids = itertools.count()


def _attempt(number: int = 1, provider: str = "replicate", **more: Any) -> Attempt:
    values: dict[str, Any] = {
        "account_id": ACCOUNT,
        "generation_id": f"generation-{next(_ids)}",
        "number": number,
        "provider": provider,
        "status": AttemptStatus.SUBMITTING,
        "callback_token": "token",
        "cost": COST,
        "started_at_ms": START_MS,
        "deadline_ms": 0,
        "lease_until_ms": 0,
        "model": MODEL,
    }
    return Attempt(**values | more)


def _record(old: Attempt | None, new: Attempt, at_ms: int = END_MS) -> dict[str, Any]:
    images = {"NewImage": attempt_codec.to_item(new)}
    if old is not None:
        images["OldImage"] = attempt_codec.to_item(old)
    return {
        "eventID": f"event-{next(_ids)}",
        "eventName": "MODIFY" if old else "INSERT",
        "dynamodb": {"ApproximateCreationDateTime": at_ms / 1000, **images},
    }


def _end(attempt: Attempt, status: AttemptStatus, at_ms: int = END_MS) -> Attempt:
    failed = Failure(FailureClass.FAIL_OVER, FailureCode.UNAVAILABLE, "down")
    failure = failed if status is AttemptStatus.FAILED else None
    resolved = None if status is AttemptStatus.ORPHANED else at_ms
    return replace(attempt, status=status, resolved_at_ms=resolved, failure=failure)


def _life(status: AttemptStatus, at_ms: int = END_MS, **more: Any) -> list[dict[str, Any]]:
    begun = _attempt(**more)
    submitted = replace(begun, status=AttemptStatus.SUBMITTED)
    return [
        _record(None, begun, begun.started_at_ms),
        _record(submitted, _end(submitted, status, at_ms), at_ms),
    ]


def _tally(runtime: Runtime, records: Sequence[dict[str, Any]], now_ms: int = END_MS) -> Tallied:
    return tally_attempts(records, runtime.tallies, runtime.models, now_ms)


def _providers(runtime: Runtime) -> list[ProviderUsage]:
    return sorted(runtime.usage.period(ACCOUNT, DAY, DAY).providers, key=lambda entry: entry.provider)


def _window(runtime: Runtime, provider: str = "replicate", now_ms: int = END_MS) -> Window:
    health = runtime.models.health([MODEL], now_ms, consistent=True)[MODEL]
    return recent(health.minutes.get(provider, {}), now_ms)


def _state(runtime: Runtime, provider: str = "replicate", now_ms: int = END_MS) -> State:
    return runtime.models.state(MODEL).breakers[provider].state(now_ms)


def test_a_batch_is_counted_in_one_transaction(runtime: Runtime) -> None:
    records = [
        *_life(AttemptStatus.USED),
        *_life(AttemptStatus.FAILED, number=2),
        *_life(AttemptStatus.USED, provider="fal"),
        *_life(AttemptStatus.CANCELED, provider="fal"),
    ]
    assert _tally(runtime, records).changes == 8
    assert _providers(runtime) == [
        ProviderUsage("fal", 2, used=1, cancelled=1, cost=COST * 2, wasted=COST),
        ProviderUsage("replicate", 2, used=1, failed=1, cost=COST * 2, wasted=COST),
    ]
    assert runtime.usage.period(ACCOUNT, DAY, DAY).generations == 3
    assert _window(runtime) == Window(2, 1)
    assert _window(runtime, "fal") == Window(1, 0)


def test_the_end_of_an_attempt_counts_on_the_day_of_its_beginning(runtime: Runtime) -> None:
    tomorrow = START_MS + 86_400_000
    _tally(runtime, _life(AttemptStatus.USED, tomorrow), tomorrow)
    (entry,) = _providers(runtime)
    assert (entry.submissions, entry.used) == (1, 1)


def test_an_orphan_fails_at_once_and_what_becomes_of_it_moves_only_the_usage(runtime: Runtime) -> None:
    begun = _attempt()
    submitted = replace(begun, status=AttemptStatus.SUBMITTED)
    orphan = _end(submitted, AttemptStatus.ORPHANED)
    _tally(runtime, [_record(None, begun), _record(submitted, orphan)])
    assert _window(runtime) == Window(1, 1)
    assert _providers(runtime) == [ProviderUsage("replicate", 1, cost=COST)]
    _tally(runtime, [_record(orphan, _end(orphan, AttemptStatus.DISCARDED))])
    assert _providers(runtime) == [ProviderUsage("replicate", 1, discarded=1, cost=COST, wasted=COST)]
    discarded = _end(orphan, AttemptStatus.DISCARDED)
    _tally(runtime, [_record(discarded, _end(orphan, AttemptStatus.USED))])
    assert _providers(runtime) == [ProviderUsage("replicate", 1, used=1, cost=COST)]
    assert _window(runtime) == Window(1, 1)


def test_an_attempt_that_was_never_sent_is_no_submission_but_its_generation_counts(runtime: Runtime) -> None:
    _tally(runtime, [_record(None, _attempt(status=AttemptStatus.SKIPPED))])
    kept = runtime.usage.period(ACCOUNT, DAY, DAY)
    assert (kept.generations, kept.providers) == (1, [])


def test_what_moves_nothing_writes_nothing(runtime: Runtime) -> None:
    attempt = _attempt(number=2, status=AttemptStatus.SKIPPED)
    assert _tally(runtime, [_record(None, attempt)]).changes == 1
    assert runtime.dynamodb.scan(TableName="telemetry")["Count"] == 0


def test_the_same_batch_makes_the_same_transaction_under_the_same_token(runtime: Runtime) -> None:
    """DynamoDB applies a token once within ten minutes; the end-to-end tests show it."""
    records = [*_life(AttemptStatus.USED), *_life(AttemptStatus.FAILED)]
    sent: list[dict[str, Any]] = []
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def listen(client: Any, operation: str, params: dict[str, Any]) -> Any:
        if operation == "TransactWriteItems":
            sent.append(params)
        return call(client, operation, params)

    with patch.object(BaseClient, "_make_api_call", listen):
        for now_ms in (END_MS, END_MS + 90_000):
            _tally(runtime, records, now_ms)
        _tally(runtime, records[:2])
    assert sent[0] == sent[1]
    assert len(sent[0]["ClientRequestToken"]) == 36
    assert sent[2]["ClientRequestToken"] != sent[0]["ClientRequestToken"]


def test_a_batch_over_many_accounts_is_split_into_transactions_that_dynamodb_takes(runtime: Runtime) -> None:
    records = [_record(None, _attempt(account_id=f"account-{n}")) for n in range(130)]
    _tally(runtime, records)
    assert runtime.dynamodb.scan(TableName="telemetry")["Count"] == 130 + 1  # what the provider cost


def test_five_failures_open_the_breaker_and_a_probe_closes_it(runtime: Runtime) -> None:
    for _ in range(4):
        assert _tally(runtime, _life(AttemptStatus.FAILED)).turned == []
    assert _tally(runtime, _life(AttemptStatus.FAILED)).turned == [f"{MODEL} replicate opened"]
    assert _state(runtime) is State.OPEN
    assert _tally(runtime, _life(AttemptStatus.FAILED)).turned == []
    later = END_MS + 70_000
    probe = _life(AttemptStatus.USED, later, started_at_ms=later - 2_000)
    assert _tally(runtime, probe, later).turned == [f"{MODEL} replicate closed"]
    assert _state(runtime, now_ms=later) is State.CLOSED


def test_callers_faults_open_nothing(runtime: Runtime) -> None:
    for _ in range(9):
        submitted = _attempt(status=AttemptStatus.SUBMITTED)
        fault = Failure(FailureClass.FAIL, FailureCode.CONTENT_POLICY, "flagged")
        failed = replace(submitted, status=AttemptStatus.FAILED, failure=fault, resolved_at_ms=END_MS)
        assert _tally(runtime, [_record(submitted, failed)]).turned == []
    assert _window(runtime) == Window()


def test_of_two_that_judge_at_once_one_turns_the_breaker(runtime: Runtime) -> None:
    health = runtime.models.health([MODEL], END_MS)
    for _ in range(5):
        _tally(runtime, _life(AttemptStatus.FAILED))
    with patch.object(type(runtime.models), "health", return_value=health | _failed()):
        assert _tally(runtime, _life(AttemptStatus.FAILED)).turned == []
    assert runtime.models.state(MODEL).breakers["replicate"].version == 1


def _failed() -> dict[str, Any]:
    return {MODEL: ModelHealth(minutes={"replicate": {minute_of(END_MS): Window(9, 9)}})}


def test_statistics_are_ranked_now_and_then(runtime: Runtime) -> None:
    _tally(runtime, [*_life(AttemptStatus.USED), *_life(AttemptStatus.FAILED, provider="fal")])
    ranking = runtime.models.state(MODEL).ranking
    assert ranking is not None
    assert ranking.computed_at_ms == END_MS
    replicate, fal = ranking.records["replicate"], ranking.records["fal"]
    assert (replicate.used, replicate.wasted, replicate.cost_micros) == (1, 0, 3_000)
    assert replicate.p95_ms == bucket_end_ms(bucket_of(4_000))
    assert (fal.used, fal.wasted, fal.p95_ms) == (0, 1, None)
    soon, later = END_MS + RANK_EVERY_MS - 1, END_MS + RANK_EVERY_MS
    for now_ms, samples in ((soon, 2), (later, 4)):
        _tally(runtime, _life(AttemptStatus.USED), now_ms)
        again = runtime.models.state(MODEL).ranking
        assert again is not None
        assert again.samples == samples


def test_an_unreadable_record_is_set_aside_and_its_neighbours_count(runtime: Runtime) -> None:
    good = _life(AttemptStatus.USED)
    bad: dict[str, Any] = {"eventID": "bad", "dynamodb": {"NewImage": {"entity": {"S": "attempt"}}}}
    tallied = _tally(runtime, [*good, bad])
    assert (tallied.changes, len(tallied.unreadable)) == (2, 1)
    assert tallied.unreadable[0].record == bad
    assert _tally(runtime, [bad]).changes == 0


def test_an_outage_raises_so_that_the_batch_comes_again(runtime: Runtime) -> None:
    refusal = ClientError({"Error": {"Code": "InternalServerError", "Message": "oops"}}, "TransactWriteItems")
    with (
        patch.object(runtime.dynamodb, "transact_write_items", side_effect=refusal),
        pytest.raises(ClientError),
    ):
        _tally(runtime, _life(AttemptStatus.USED))
