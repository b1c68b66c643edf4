"""A provider's budget of a day: counted from attempts, and out of all orders once it is used up."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import EndpointConnectionError

from benchmarks.metering import metering
from functions.pipeline import telemetry
from tests.integration.test_telemetry import _attempt, _end, _record
from tidegate.domain.attempt import Attempt, AttemptStatus, Failure, FailureClass, FailureCode, Prediction
from tidegate.domain.errors import InvalidInput, ServiceUnavailable
from tidegate.domain.mode import Mode
from tidegate.domain.money import ZERO, Money
from tidegate.domain.overrides import Out
from tidegate.domain.usage import day_of
from tidegate.runtime import Runtime
from tidegate.usecases.cap_providers import cap_provider, watch_caps
from tidegate.usecases.steering import OVERRIDES_AGE_MS, SPENT, Steering

MODEL = "bfl/flux-schnell"
KNOWN = frozenset({"replicate", "fal"})
NOON_MS = 20_405 * 86_400_000 + 43_200_000
MIDNIGHT_MS = 20_406 * 86_400_000
COST = Money(3_000)
DOWN = EndpointConnectionError(endpoint_url="https://dynamodb.example.com")


class Clock:
    """Stands still until it is set."""

    now_ms = NOON_MS

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deployment(runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    """What the function works with, at a time of the test's."""
    monkeypatch.setattr(runtime, "now_ms", clock)
    monkeypatch.setattr("functions.pipeline.telemetry.runtime", runtime)
    return runtime


def _begin(**more: Any) -> Attempt:
    return _attempt(started_at_ms=NOON_MS, **more)


def _sends(*records: dict[str, Any]) -> None:
    telemetry.handler({"Records": list(records)}, None)


def _spent(runtime: Runtime, provider: str = "replicate") -> Money:
    return runtime.spending.of_day(day_of(NOON_MS)).get(provider, ZERO)


def _cap(runtime: Runtime, amount: str | None, provider: str = "replicate") -> Out | None:
    limit = None if amount is None else Money.of(amount)
    capped = cap_provider(
        runtime.overrides, runtime.spending, provider, limit, known=KNOWN, now_ms=runtime.now_ms()
    )
    return capped.why_out(provider, day_of(runtime.now_ms()))


def _order(runtime: Runtime) -> tuple[str, ...]:
    """As another function sees it, which knows nothing yet."""
    steering = Steering(runtime.models, runtime.overrides, runtime.now_ms)
    return steering.order(MODEL, ("replicate", "fal"), ranked=False, seed=None)


def _failed(attempt: Attempt, code: FailureCode, *, taken: bool = False) -> Attempt:
    failure = Failure(FailureClass.FAIL_OVER, code, "no")
    prediction = Prediction("replicate", "p-1", "x") if taken else None
    return replace(
        attempt, status=AttemptStatus.FAILED, failure=failure, prediction=prediction, resolved_at_ms=NOON_MS
    )


def test_a_provider_leaves_all_orders_when_its_attempts_cost_its_cap_until_the_day_ends(
    deployment: Runtime, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    assert _cap(deployment, "0.009") is None
    _sends(_record(None, _begin()), _record(None, _begin()))
    assert _order(deployment) == ("replicate", "fal")
    with caplog.at_level(logging.WARNING):
        _sends(_record(None, _begin()), _record(None, _begin(provider="fal")))
    assert "used up their budgets" in caplog.text
    assert _spent(deployment) == COST * 3
    assert _order(deployment) == ("fal",)
    knows = Steering(deployment.models, deployment.overrides, clock)
    assert knows.refusal(MODEL, "replicate", is_last=True) == SPENT
    clock.now_ms = MIDNIGHT_MS
    assert _order(deployment) == ("replicate", "fal")
    assert knows.refusal(MODEL, "replicate", is_last=True) is None


def test_when_all_have_used_up_their_budgets_nothing_is_accepted(deployment: Runtime) -> None:
    for provider in KNOWN:
        _cap(deployment, "0", provider)
    with pytest.raises(ServiceUnavailable):
        _order(deployment)


@pytest.mark.parametrize(
    ("ends_as", "costs"),
    [
        (lambda begun: _end(begun, AttemptStatus.USED), True),
        (lambda begun: _end(begun, AttemptStatus.ORPHANED), True),
        (lambda begun: _end(begun, AttemptStatus.DISCARDED), True),
        (lambda begun: _failed(begun, FailureCode.ERROR, taken=True), True),
        (lambda begun: _failed(begun, FailureCode.UNKNOWN_OUTCOME), True),
        (lambda begun: _failed(begun, FailureCode.RATE_LIMITED), False),
        (lambda begun: _failed(begun, FailureCode.INVALID_INPUT), False),
    ],
)
def test_what_was_sent_costs_and_what_was_refused_on_the_spot_does_not(
    deployment: Runtime,
    ends_as: Any,
    costs: bool,  # noqa: FBT001  a case's expectation
) -> None:
    begun = _begin()
    _sends(_record(None, begun))
    assert _spent(deployment) == COST
    _sends(_record(begun, ends_as(begun)))
    assert _spent(deployment) == (COST if costs else ZERO)


def test_tests_and_what_was_never_sent_cost_nothing(deployment: Runtime) -> None:
    _sends(_record(None, _begin(mode=Mode.TEST)), _record(None, _begin(status=AttemptStatus.SKIPPED)))
    assert _spent(deployment) == ZERO


def test_a_cap_below_what_was_spent_holds_at_once_and_a_higher_one_frees(deployment: Runtime) -> None:
    _sends(_record(None, _begin()))
    assert _cap(deployment, "0.002") is Out.OVER_CAP
    assert _order(deployment) == ("fal",)
    assert _cap(deployment, "1") is None
    assert _cap(deployment, "0.003") is Out.OVER_CAP
    assert _cap(deployment, None) is None
    with pytest.raises(InvalidInput):
        cap_provider(deployment.overrides, deployment.spending, "nobody", None, known=KNOWN, now_ms=NOON_MS)


def test_nothing_is_read_for_caps_that_nobody_set_or_that_are_reached(deployment: Runtime) -> None:
    def calls() -> dict[str, int]:
        with metering() as meter:
            watch_caps(
                deployment.overrides.get(), deployment.overrides, deployment.spending, deployment.now_ms()
            )
        return {name: number for name, number in meter.calls.items() if number} | {
            "dynamodb:GetItem": (
                meter.calls["dynamodb:GetItem"] - 1  # the overrides, which functions have in memory
            )
        }

    assert calls() == {"dynamodb:GetItem": 0}
    _cap(deployment, "1")
    assert calls() == {"dynamodb:GetItem": 1}
    _cap(deployment, "0")
    assert calls() == {"dynamodb:GetItem": 0}


def test_a_counter_that_cannot_be_read_stops_nobody_and_holds_up_no_count(
    deployment: Runtime, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    _cap(deployment, "0.003")
    with patch.object(deployment.spending, "of_day", side_effect=DOWN):
        _sends(_record(None, _begin()))
    assert "unwatched" in caplog.text
    assert _spent(deployment) == COST
    assert _order(deployment) == ("replicate", "fal")
    clock.now_ms += OVERRIDES_AGE_MS
    _sends(_record(None, _begin()))
    assert _order(deployment) == ("fal",)
