"""Usage is counted by the call that authenticates, and nothing of it is lost when a day turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError

from benchmarks.metering import metering
from tidegate.adapters.dynamodb.request_counters import RequestCounters
from tidegate.adapters.dynamodb.usage import Kept
from tidegate.domain.errors import AuthenticationFailed
from tidegate.domain.keys import SCOPES, Surface, hash_key
from tidegate.domain.limits import Bucket
from tidegate.domain.usage import Usage, day_of
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, create_key, revoke_key
from tidegate.usecases.authenticate import authenticate
from tidegate.usecases.usage import read_usage

DAY_MS = 86_400_000
NOW_MS = 20_400 * DAY_MS + 3_600_000
NAMES = {"aaaa": "GET /a", "bbbb": "GET /b"}
THROTTLED = ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow down"}}, "UpdateItem")


@pytest.fixture
def account_id(runtime: Runtime) -> str:
    return create_account(runtime.wallets, name="Acme", plan="unlimited", now_ms=NOW_MS).account_id


def _key(runtime: Runtime, account_id: str, now_ms: int = NOW_MS) -> tuple[str, str]:
    text, key = create_key(
        runtime.keys,
        runtime.wallets,
        account_id=account_id,
        surface=Surface.BABYSEA,
        scopes=SCOPES,
        name="test",
        now_ms=now_ms,
    )
    return text, key.key_id


def _ask(runtime: Runtime, token: str, endpoint: str = "aaaa", now_ms: int = NOW_MS) -> None:
    authenticate(
        runtime.keys,
        token=token,
        surface=Surface.BABYSEA,
        bucket=Bucket.GENERAL,
        address="203.0.113.9",
        now_ms=now_ms,
        endpoint=endpoint,
    )


def _usage(runtime: Runtime, account_id: str, now_ms: int = NOW_MS, days: int = 30) -> Usage:
    return read_usage(
        runtime.usage, runtime.keys, account_id=account_id, days=days, names=NAMES, now_ms=now_ms
    )


def _totals(usage: Usage) -> dict[str, int]:
    return {entry.endpoint: entry.total for entry in usage.endpoints}


def test_requests_of_all_keys_are_counted_by_endpoint(runtime: Runtime, account_id: str) -> None:
    (first, _), (second, _) = _key(runtime, account_id), _key(runtime, account_id)
    for token, endpoint in ((first, "aaaa"), (first, "bbbb"), (second, "aaaa"), (first, "aaaa")):
        _ask(runtime, token, endpoint)
    assert _totals(_usage(runtime, account_id)) == {"GET /a": 3, "GET /b": 1}


def test_counting_costs_no_call_of_its_own(runtime: Runtime, account_id: str) -> None:
    token, _ = _key(runtime, account_id)
    with metering() as meter:
        _ask(runtime, token)
    assert meter.calls == {"dynamodb:UpdateItem": 1}
    assert meter.write_units == 1


def test_a_new_day_keeps_the_old_ones(runtime: Runtime, account_id: str) -> None:
    token, _ = _key(runtime, account_id)
    for day in range(3):
        _ask(runtime, token, now_ms=NOW_MS + day * DAY_MS)
        _ask(runtime, token, "bbbb", now_ms=NOW_MS + day * DAY_MS)
    later = NOW_MS + 2 * DAY_MS
    assert _totals(_usage(runtime, account_id, later)) == {"GET /a": 3, "GET /b": 3}
    assert _totals(_usage(runtime, account_id, later, days=2)) == {"GET /a": 2, "GET /b": 2}
    assert _totals(_usage(runtime, account_id, later, days=1)) == {"GET /a": 1, "GET /b": 1}


def test_a_key_that_was_revoked_keeps_its_last_day_and_counts_nothing_more(
    runtime: Runtime, account_id: str
) -> None:
    token, key_id = _key(runtime, account_id)
    _ask(runtime, token)
    revoke_key(runtime.keys, account_id=account_id, key_id=key_id)
    for later in (0, DAY_MS):
        with pytest.raises(AuthenticationFailed):
            _ask(runtime, token, now_ms=NOW_MS + later)
    assert _totals(_usage(runtime, account_id, NOW_MS + DAY_MS)) == {"GET /a": 1}


def test_a_clock_behind_counts_in_the_day_that_has_begun(runtime: Runtime, account_id: str) -> None:
    token, _ = _key(runtime, account_id)
    tomorrow = NOW_MS + DAY_MS
    _ask(runtime, token, now_ms=tomorrow)
    with metering() as meter:
        _ask(runtime, token, now_ms=NOW_MS)
    assert meter.total_calls == 1
    assert _totals(_usage(runtime, account_id, tomorrow, days=1)) == {"GET /a": 2}


def test_two_that_turn_a_day_at_once_lose_and_double_nothing(runtime: Runtime, account_id: str) -> None:
    token, _ = _key(runtime, account_id)
    for _ in range(3):
        _ask(runtime, token)
    tomorrow = NOW_MS + DAY_MS
    reset = RequestCounters._reset
    met: list[bool] = []

    def reset_after_others(*given: Any) -> None:
        if not met:
            met.append(True)
            _ask(runtime, token, now_ms=NOW_MS)  # a clock behind: still of the old day
            _ask(runtime, token, now_ms=tomorrow)  # and another that turns it
        reset(*given)

    with patch.object(RequestCounters, "_reset", reset_after_others):
        _ask(runtime, token, now_ms=tomorrow)
    assert _totals(_usage(runtime, account_id, tomorrow, days=1)) == {"GET /a": 2}
    assert _totals(_usage(runtime, account_id, tomorrow)) == {"GET /a": 6}


@pytest.mark.parametrize("broken", ["keep", "reset"])
def test_a_store_that_refuses_to_turn_a_day_fails_no_request_and_loses_nothing(
    runtime: Runtime, account_id: str, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    token, _ = _key(runtime, account_id)
    _ask(runtime, token)
    tomorrow = NOW_MS + DAY_MS
    target: tuple[Any, str] = (runtime.usage, "keep") if broken == "keep" else (RequestCounters, "_reset")
    with patch.object(*target, side_effect=THROTTLED):
        _ask(runtime, token, now_ms=tomorrow)
    assert "not put away" in caplog.text
    assert _totals(_usage(runtime, account_id, tomorrow)) == {"GET /a": 2}
    _ask(runtime, token, now_ms=tomorrow)
    assert _totals(_usage(runtime, account_id, tomorrow)) == {"GET /a": 3}
    assert _totals(_usage(runtime, account_id, tomorrow, days=1)) == {"GET /a": 1}


def test_a_late_copy_of_a_day_does_not_make_it_smaller(runtime: Runtime, account_id: str) -> None:
    token, key_id = _key(runtime, account_id)
    _ask(runtime, token)
    ((_, small),) = runtime.keys.counters.of_account(account_id)
    _ask(runtime, token)
    ((_, whole),) = runtime.keys.counters.of_account(account_id)
    for count in (whole, small, whole):
        runtime.usage.keep(account_id, key_id, count)
    day = day_of(NOW_MS)
    assert runtime.usage.period(account_id, day, day).requests == {(key_id, day): whole}


def test_a_key_without_a_day_begins_one(runtime: Runtime, account_id: str) -> None:
    token, _ = _key(runtime, account_id)
    runtime.dynamodb.update_item(
        TableName="keys",
        Key={"key_hash": {"S": hash_key(token)}},
        UpdateExpression="REMOVE d",
    )
    for _ in range(2):
        _ask(runtime, token)
    assert _totals(_usage(runtime, account_id)) == {"GET /a": 2}


def test_errors_are_counted_by_code_and_side(runtime: Runtime, account_id: str) -> None:
    def fail(error: str, *, is_server: bool, now_ms: int = NOW_MS) -> None:
        runtime.usage.count_error(
            account_id, endpoint="aaaa", error=error, is_server=is_server, now_ms=now_ms
        )

    token, _ = _key(runtime, account_id)
    for _ in range(4):
        _ask(runtime, token)
    fail("BSE2001", is_server=False)
    fail("BSE2001", is_server=False)
    fail("BSE5001", is_server=True)
    fail("BSE2001", is_server=False, now_ms=NOW_MS - 31 * DAY_MS)
    (entry,) = _usage(runtime, account_id).endpoints
    assert (entry.client_errors, entry.server_errors, entry.successes) == (2, 1, 1)
    assert entry.errors == {"BSE2001": 2, "BSE5001": 1}


def test_another_accounts_counters_are_not_seen(runtime: Runtime, account_id: str) -> None:
    token, _ = _key(runtime, account_id)
    _ask(runtime, token)
    other = create_account(runtime.wallets, name="Other", now_ms=NOW_MS).account_id
    assert _usage(runtime, other).endpoints == ()


def test_a_keys_item_stays_within_one_write_unit(runtime: Runtime, account_id: str) -> None:
    token, _ = _key(runtime, account_id)
    asked: Callable[[int], None] = lambda n: _ask(runtime, token, f"e{n:03d}", NOW_MS + n * 60_000)  # noqa: E731
    for number in range(25):
        asked(number)
    with metering() as meter:
        asked(25)
    assert meter.write_units == 1


def test_a_day_that_is_put_away_while_usage_is_read_is_read_all_the_same(
    runtime: Runtime, account_id: str
) -> None:
    token, _ = _key(runtime, account_id)
    _ask(runtime, token)
    later, turned = NOW_MS + DAY_MS, list[bool]()

    def then_the_day_turns(read: Callable[..., Any]) -> Callable[..., Any]:
        def reading(*args: Any) -> Any:
            found = read(*args)
            found = found if isinstance(found, Kept) else iter(list(found))
            if not turned:
                turned.append(True)
                _ask(runtime, token, "bbbb", now_ms=later)
            return found

        return reading

    counters, usage = runtime.keys.counters, runtime.usage
    with (
        patch.object(usage, "period", then_the_day_turns(usage.period)),
        patch.object(counters, "of_account", then_the_day_turns(counters.of_account)),
    ):
        assert _totals(_usage(runtime, account_id, later))["GET /a"] == 1
