"""What the deployed functions do while an operator looks on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tidegate.adapters.dynamodb.generation_codec import outputs_value
from tidegate.adapters.dynamodb.wallets import movement_of
from tidegate.domain.attempt import Attempt, AttemptStatus, FailureClass, FailureCode, Prediction
from tidegate.domain.generation import Generation, MediaType, Output, Settlement, Status, new_id
from tidegate.domain.money import Money
from tidegate.domain.retention import Retention
from tidegate.domain.webhooks import (
    Delivery,
    DeliveryAttempt,
    DeliveryKey,
    Endpoint,
    Event,
    EventType,
    new_delivery,
)
from tidegate.runtime import Runtime

NOW_MS = 1_763_000_000_000
OUTPUT = Output("0198/random/0.png", "image/png", 12_345, width=1024, height=768)


def a_generation(account_id: str) -> Generation:
    """Accepted and not yet begun."""
    return Generation(
        account_id=account_id,
        generation_id=new_id(NOW_MS),
        surface="babysea",
        model="bfl/flux-schnell",
        media_type=MediaType.IMAGE,
        params={"generation_prompt": "a seal"},
        providers=("replicate", "fal"),
        price=Money.of("0.0035"),
        status=Status.PENDING,
        prediction_id="pred_1",
        created_at_ms=NOW_MS,
        expires_at_ms=NOW_MS + 60_000,
        retention=Retention(None, None),  # the CLI goes by the real time
    )


def _attempt(generation: Generation, number: int, provider: str) -> Attempt:
    return Attempt(
        account_id=generation.account_id,
        generation_id=generation.generation_id,
        number=number,
        provider=provider,
        status=AttemptStatus.SUBMITTED,
        callback_token="callback-token",
        cost=Money.of("0.003"),
        started_at_ms=NOW_MS + number * 1000,
        deadline_ms=NOW_MS + 60_000,
        lease_until_ms=NOW_MS + 10_000,
        task_tokens=("task-token",),
        prediction=Prediction(provider, f"{provider}-1", "native", {"cancel": "https://signed.example"}),
    )


def fail_over(runtime: Runtime, generation: Generation) -> None:
    """The first provider fails, the second is asked."""
    first = _attempt(generation, 1, "replicate")
    runtime.generations.attempts.create(first)
    runtime.generations.mark_processing(generation, "replicate", NOW_MS + 1000)
    failure = {
        "class": FailureClass.FAIL_OVER,
        "code": FailureCode.UNAVAILABLE,
        "message": "boom",
        "http_status": 500,
    }
    changes = {"status": AttemptStatus.FAILED, "resolved_at_ms": NOW_MS + 2500, "failure": failure}
    runtime.generations.attempts.change(first, changes, only_if=[AttemptStatus.SUBMITTED])
    runtime.generations.attempts.create(_attempt(generation, 2, "fal"))


def succeed(runtime: Runtime, generation: Generation) -> None:
    changes = {"provider_used": "fal", "predict_ms": 900, "outputs": outputs_value([OUTPUT])}
    runtime.generations.settle(
        generation,
        Status.SUCCEEDED,
        Settlement.CHARGE,
        changes=changes,
        now_ms=NOW_MS + 4000,
        used=_attempt(generation, 2, "fal"),
    )


def journal(runtime: Runtime, account_id: str) -> None:
    """Write down the newest movement of a wallet, as its stream would have it."""
    key = {"account_id": {"S": account_id}, "item": {"S": "wallet"}}
    moved = movement_of(runtime.dynamodb.get_item(TableName="wallets", Key=key)["Item"])
    assert moved is not None
    runtime.wallets.write_journal(*moved)


def delivered_while_waiting(
    monkeypatch: pytest.MonkeyPatch,
    runtime: Runtime,
    published: list[Event],
    *,
    status_code: int,
    account_id: str | None = None,
) -> None:
    """Let the delivery worker finish whenever the command would pause: what was published, and the log's."""

    def settle(_: float) -> None:
        for event in published:
            endpoint = runtime.webhooks.get_endpoint(event.account_id, event.endpoint_id or "")
            assert endpoint is not None
            runtime.webhooks.create_delivery(new_delivery(event, endpoint))
        for owner in {account_id, *(event.account_id for event in published)} - {None}:
            for delivery in runtime.webhooks.deliveries(str(owner)):
                _answer(runtime, delivery.key, status_code)

    monkeypatch.setattr("cli.following.time.sleep", settle)


def _answer(runtime: Runtime, key: DeliveryKey, status_code: int) -> None:
    now_ms = key.occurred_at_ms
    runtime.webhooks.claim(key, now_ms=now_ms, until_ms=now_ms + 1, most=14)
    record: Callable[..., Any] = runtime.webhooks.record_success
    error = None
    if status_code >= 300:
        record, error = runtime.webhooks.record_failure, f"it answered {status_code}"
    record(key, DeliveryAttempt(1, now_ms, 12, status_code, error))


def a_delivery(account_id: str, endpoint_id: str) -> Delivery:
    """One that is in the log, and not delivered yet."""
    event = Event("gen-1:completed", EventType.COMPLETED, account_id, NOW_MS, {"generation_id": "gen-1"})
    endpoint = Endpoint(account_id, endpoint_id, "https://hooks.example.com/", (), b"", "", NOW_MS)
    return new_delivery(event, endpoint)
