"""How many jobs a provider has of us: counted where they begin and end, for limited providers only."""

from __future__ import annotations

import logging
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import EndpointConnectionError

from benchmarks.metering import metering
from functions.pipeline import telemetry
from tests.integration.test_telemetry import _attempt, _end, _record
from tidegate.domain.attempt import Attempt, AttemptStatus
from tidegate.domain.errors import InvalidInput
from tidegate.domain.load import WINDOW_MINUTES, Limit, under_way
from tidegate.domain.mode import Mode
from tidegate.runtime import Runtime
from tidegate.usecases.limit_providers import LOAD_AGE_MS, Places, limit_provider

NOW_MS = 29_383_333 * 60_000 + 1_000
KNOWN = frozenset({"replicate", "fal"})
DOWN = EndpointConnectionError(endpoint_url="https://dynamodb.example.com")


class Clock:
    """Stands still until it is set."""

    now_ms = NOW_MS

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


def _limit(runtime: Runtime, limit: Limit | None, provider: str = "replicate") -> None:
    limit_provider(runtime.overrides, provider, limit, KNOWN)


def _worker(runtime: Runtime) -> Places:
    """Another function, which knows nothing yet."""
    return Places(runtime.loads, lambda: runtime.overrides.get().limits, runtime.now_ms)


def _takes(runtime: Runtime, number: int, provider: str = "replicate") -> list[bool]:
    """Let this many workers begin an attempt."""
    return [_worker(runtime).take(provider, runtime.now_ms()) for _ in range(number)]


def _begun(**more: Any) -> Attempt:
    return _attempt(started_at_ms=NOW_MS, **more)


def _ends(*attempts: Attempt, status: AttemptStatus = AttemptStatus.USED) -> None:
    """Hand ends of attempts to the function behind the stream."""
    records = [_record(begun, _end(begun, status)) for begun in attempts]
    telemetry.handler({"Records": records}, None)


def test_no_more_attempts_are_under_way_than_a_provider_may_have(deployment: Runtime, clock: Clock) -> None:
    _limit(deployment, Limit(concurrent=2))
    assert _takes(deployment, 3) == [True, True, False]
    clock.now_ms += 60_000
    assert _takes(deployment, 1) == [False]
    assert _takes(deployment, 1, "fal") == [True]
    _ends(_begun())
    assert _takes(deployment, 2) == [True, False]
    assert under_way(deployment.loads.minutes("replicate", clock.now_ms)) == 2


def test_no_more_attempts_begin_in_a_minute_than_a_provider_may_have(
    deployment: Runtime, clock: Clock
) -> None:
    _limit(deployment, Limit(concurrent=100, per_minute=4))
    assert _takes(deployment, 5) == [True] * 4 + [False]
    _ends(_begun(), _begun(), _begun(), _begun())
    assert _takes(deployment, 1) == [False]
    clock.now_ms += 60_000  # of the minute before, nearly all is less than a minute ago
    assert _takes(deployment, 2) == [True, False]
    clock.now_ms += 30_000
    assert _takes(deployment, 3) == [True, True, False]


@pytest.mark.parametrize(
    ("status", "gives_back"),
    [
        (AttemptStatus.USED, True),
        (AttemptStatus.FAILED, True),
        (AttemptStatus.CANCELED, True),
        (AttemptStatus.DISCARDED, True),
        (AttemptStatus.ORPHANED, False),
    ],
)
def test_an_attempt_keeps_its_place_until_it_ends(
    deployment: Runtime,
    status: AttemptStatus,
    gives_back: bool,  # noqa: FBT001  a case's expectation
) -> None:
    _limit(deployment, Limit(concurrent=1))
    assert _takes(deployment, 1) == [True]
    _ends(_begun(), status=status)
    assert _takes(deployment, 1) == [gives_back]


def test_an_orphan_gives_its_place_back_once(deployment: Runtime) -> None:
    _limit(deployment, Limit(concurrent=2))
    assert _takes(deployment, 2) == [True, True]
    orphan, failed = _end(_begun(), AttemptStatus.ORPHANED), _end(_begun(), AttemptStatus.FAILED)
    _ends(orphan, failed, status=AttemptStatus.DISCARDED)
    assert _takes(deployment, 2) == [True, False]


def test_a_place_that_nobody_gave_back_comes_back_by_itself(deployment: Runtime, clock: Clock) -> None:
    _limit(deployment, Limit(concurrent=1))
    assert _takes(deployment, 1) == [True]
    clock.now_ms += (WINDOW_MINUTES - 1) * 60_000
    assert _takes(deployment, 1) == [False]
    clock.now_ms += 60_000
    _ends(_begun())  # so late it is nobody's any more
    assert _takes(deployment, 2) == [True, False]


def test_a_limit_is_changed_and_taken_away(deployment: Runtime) -> None:
    _limit(deployment, Limit(concurrent=1))
    assert _takes(deployment, 2) == [True, False]
    _limit(deployment, Limit(concurrent=2))
    assert _takes(deployment, 2) == [True, False]
    _limit(deployment, None)
    assert _takes(deployment, 3) == [True] * 3
    with pytest.raises(InvalidInput):
        _limit(deployment, Limit(1), "nobody")


def test_tests_take_no_place_and_give_none_back(deployment: Runtime) -> None:
    _limit(deployment, Limit(concurrent=1))
    assert _takes(deployment, 1) == [True]
    _ends(_begun(mode=Mode.TEST))
    assert _takes(deployment, 1) == [False]


def test_without_limits_no_call_is_made_and_with_one_a_write_and_now_and_then_a_read(
    deployment: Runtime, clock: Clock
) -> None:
    limits: dict[str, Limit] = {}
    worker = Places(deployment.loads, lambda: limits, clock)

    def calls(take: int = 1) -> dict[str, int]:
        with metering() as meter:
            for _ in range(take):
                worker.take("replicate", clock.now_ms)
            worker.give_back({("replicate", NOW_MS // 60_000): 1} if take > 1 else {})
        return dict(meter.calls)

    assert calls(9) == {}
    limits["replicate"] = Limit(concurrent=50)
    assert calls() == {"dynamodb:Query": 1, "dynamodb:UpdateItem": 1}
    assert calls(9) == {"dynamodb:UpdateItem": 9 + 1}
    clock.now_ms += LOAD_AGE_MS
    assert calls() == {"dynamodb:Query": 1, "dynamodb:UpdateItem": 1}


def test_who_took_no_place_gives_none_back(deployment: Runtime) -> None:
    _limit(deployment, Limit(concurrent=1))
    _ends(_begun(), _begun())  # they began before their workers knew of the limit
    assert _takes(deployment, 2) == [True, False]


def test_a_place_that_is_left_is_free_at_once(deployment: Runtime) -> None:
    _limit(deployment, Limit(concurrent=1))
    assert _takes(deployment, 1) == [True]
    _worker(deployment).leave("replicate", NOW_MS)
    assert _takes(deployment, 2) == [True, False]


def test_a_place_that_cannot_be_given_back_keeps_no_other(deployment: Runtime) -> None:
    for provider in ("fal", "replicate"):
        _limit(deployment, Limit(concurrent=1), provider)
        assert _takes(deployment, 1, provider) == [True]
    end = deployment.loads.end

    def fails_for_fal(provider: str, minute: int, number: int) -> None:
        if provider == "fal":
            raise DOWN
        end(provider, minute, number)

    with patch.object(deployment.loads, "end", fails_for_fal):
        _ends(_begun(provider="fal"), _begun())
    assert _takes(deployment, 1, "fal") == [False]
    assert _takes(deployment, 1) == [True]


def test_what_cannot_be_counted_holds_up_no_job(
    deployment: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    _limit(deployment, Limit(concurrent=1))
    with (
        caplog.at_level(logging.WARNING),
        patch.object(deployment.loads, "minutes", side_effect=DOWN),
        patch.object(deployment.loads, "end", side_effect=DOWN),
    ):
        assert _takes(deployment, 2) == [True, True]
        _ends(_begun())
    assert "unwatched" in caplog.text
    assert "come back by themselves" in caplog.text
