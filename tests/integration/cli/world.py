"""What the deployed functions do while an operator looks on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tidegate.adapters.dynamodb.generation_codec import outputs_value
from tidegate.domain.attempt import Attempt, AttemptStatus, FailureClass, FailureCode, Prediction
from tidegate.domain.generation import Generation, MediaType, Output, Settlement, Status, new_id
from tidegate.domain.money import Money
from tidegate.domain.webhooks import DeliveryAttempt, Event, new_delivery
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
    runtime.generations.create_attempt(first)
    runtime.generations.mark_processing(generation, "replicate", NOW_MS + 1000)
    failure = {
        "class": FailureClass.FAIL_OVER,
        "code": FailureCode.UNAVAILABLE,
        "message": "boom",
        "http_status": 500,
    }
    changes = {"status": AttemptStatus.FAILED, "resolved_at_ms": NOW_MS + 2500, "failure": failure}
    runtime.generations.change_attempt(first, changes, only_if=[AttemptStatus.SUBMITTED])
    runtime.generations.create_attempt(_attempt(generation, 2, "fal"))


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


def delivered_while_waiting(
    monkeypatch: pytest.MonkeyPatch, runtime: Runtime, published: list[Event], *, status_code: int
) -> None:
    """Let the delivery worker finish whenever the command would pause."""

    def settle(_: float) -> None:
        (event,) = published
        endpoint = runtime.webhooks.get_endpoint(event.account_id, event.endpoint_id or "")
        assert endpoint is not None
        delivery = new_delivery(event, endpoint)
        runtime.webhooks.create_delivery(delivery)
        claim = runtime.webhooks.claim(
            delivery.key, now_ms=event.occurred_at_ms, until_ms=event.occurred_at_ms + 1
        )
        assert claim.taken
        record: Callable[..., Any] = runtime.webhooks.record_success
        error = None
        if status_code >= 300:
            record, error = runtime.webhooks.record_failure, f"it answered {status_code}"
        record(delivery.key, DeliveryAttempt(1, event.occurred_at_ms, 12, status_code, error))

    monkeypatch.setattr("cli.following.time.sleep", settle)
