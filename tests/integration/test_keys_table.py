"""The keys table counts each account's requests in one call."""

from __future__ import annotations

import pytest

from tests.dynamodb_answers import busy
from tidegate.domain.errors import (
    AddressNotAllowed,
    AuthenticationFailed,
    AuthenticationRequired,
    InsufficientPermissions,
    InvalidInput,
    RateLimited,
)
from tidegate.domain.keys import SCOPES, Key, Surface
from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, create_key, revoke_key
from tidegate.usecases.authenticate import Caller, authenticate, authorize

NOW_MS = 1_763_000_000_000
MINUTE_MS = 60_000


@pytest.fixture
def account_id(runtime: Runtime) -> str:
    return create_account(runtime.wallets, name="Acme", plan="free", now_ms=NOW_MS).account_id


def _key(runtime: Runtime, account_id: str, scopes: tuple[str, ...] = SCOPES) -> tuple[str, Key]:
    return create_key(
        runtime.keys,
        runtime.wallets,
        account_id=account_id,
        surface=Surface.BABYSEA,
        scopes=scopes,
        name="test",
        now_ms=NOW_MS,
    )


def _call(
    runtime: Runtime, token: str | None, now_ms: int = NOW_MS, bucket: Bucket = Bucket.GENERATION
) -> Caller:
    return authenticate(
        runtime.keys,
        token=token,
        surface=Surface.BABYSEA,
        bucket=bucket,
        address="203.0.113.9",
        now_ms=now_ms,
    )


def test_a_key_is_told_from_no_key_a_wrong_key_and_a_key_of_another_surface(
    runtime: Runtime, account_id: str
) -> None:
    text, key = _key(runtime, account_id)
    assert _call(runtime, text).key.key_id == key.key_id
    for token in (None, ""):
        with pytest.raises(AuthenticationRequired):
            _call(runtime, token)
    with pytest.raises(AuthenticationFailed):
        _call(runtime, text + "x")
    with pytest.raises(AuthenticationFailed):
        authenticate(
            runtime.keys,
            token=text,
            surface=Surface.BANATIE,
            bucket=Bucket.GENERAL,
            address="203.0.113.9",
            now_ms=NOW_MS,
        )


def test_a_key_is_never_stored_in_clear(runtime: Runtime, account_id: str) -> None:
    text, _ = _key(runtime, account_id)
    stored = runtime.dynamodb.scan(TableName="keys")["Items"]
    assert text not in str(stored)


def test_a_revoked_key_stops_at_once(runtime: Runtime, account_id: str) -> None:
    text, key = _key(runtime, account_id)
    revoke_key(runtime.keys, account_id=account_id, key_id=key.key_id)
    with pytest.raises(AuthenticationFailed):
        _call(runtime, text)
    with pytest.raises(InvalidInput, match="no key"):
        revoke_key(runtime.keys, account_id=account_id, key_id="unknown")


def test_a_request_and_a_revocation_wait_for_the_rotation_that_is_at_the_key(
    runtime: Runtime, account_id: str
) -> None:
    text, key = _key(runtime, account_id)
    with busy(runtime.dynamodb, 2, "keys"):
        assert _call(runtime, text).window.remaining == 9
    with busy(runtime.dynamodb, 2, "keys"):
        revoke_key(runtime.keys, account_id=account_id, key_id=key.key_id)
    with pytest.raises(AuthenticationFailed):
        _call(runtime, text)


def test_using_a_key_is_noted_on_it(runtime: Runtime, account_id: str) -> None:
    text, _ = _key(runtime, account_id)
    assert _call(runtime, text).key.last_used_at_ms == NOW_MS


def test_all_keys_of_an_account_share_its_window(runtime: Runtime, account_id: str) -> None:
    first, _ = _key(runtime, account_id)
    second, _ = _key(runtime, account_id)
    assert [_call(runtime, text).window.remaining for text in (first, second, first)] == [9, 8, 7]


def test_revoking_the_first_key_leaves_the_windows_of_the_others(runtime: Runtime, account_id: str) -> None:
    first, key = _key(runtime, account_id)
    second, _ = _key(runtime, account_id)
    _call(runtime, first)
    revoke_key(runtime.keys, account_id=account_id, key_id=key.key_id)
    assert _call(runtime, second).window.remaining == 8


def test_each_bucket_and_each_minute_counts_for_itself(runtime: Runtime, account_id: str) -> None:
    text, _ = _key(runtime, account_id)
    assert _call(runtime, text).window.remaining == 9
    assert _call(runtime, text, bucket=Bucket.GENERAL).window.remaining == 29
    assert _call(runtime, text, NOW_MS + MINUTE_MS).window.remaining == 9


def test_the_request_after_the_last_allowed_one_is_refused(runtime: Runtime, account_id: str) -> None:
    text, _ = _key(runtime, account_id)
    for _ in range(10):
        authorize(_call(runtime, text), scope="generation:write", address="203.0.113.9", now_ms=NOW_MS)
    with pytest.raises(RateLimited) as refused:
        authorize(_call(runtime, text), scope="generation:write", address="203.0.113.9", now_ms=NOW_MS)
    assert refused.value.details["limit"] == 10
    assert 1 <= int(str(refused.value.details["retry_after_seconds"])) <= 60


def test_a_bucket_of_its_own_kind_counts_each_key_by_the_hour(runtime: Runtime, account_id: str) -> None:
    first, _ = _key(runtime, account_id)
    second, _ = _key(runtime, account_id)
    left = [_call(runtime, text, bucket=Bucket.LIBRARY).window.remaining for text in (first, second, second)]
    assert left == [99, 99, 98]
    assert _call(runtime, second, NOW_MS + MINUTE_MS, Bucket.LIBRARY).window.remaining == 97
    assert _call(runtime, second, NOW_MS + 60 * MINUTE_MS, Bucket.LIBRARY).window.remaining == 99


def test_a_window_of_an_hour_outlives_the_sweep_of_the_minutes(runtime: Runtime, account_id: str) -> None:
    text, _ = _key(runtime, account_id)
    start_ms = NOW_MS - NOW_MS % (60 * MINUTE_MS)
    _call(runtime, text, start_ms, Bucket.LIBRARY)
    for minute in range(0, 59, 2):
        _call(runtime, text, start_ms + minute * MINUTE_MS, Bucket.GENERAL)
        _call(runtime, text, start_ms + minute * MINUTE_MS, Bucket.CONTENT)
    assert _call(runtime, text, start_ms + 59 * MINUTE_MS, Bucket.LIBRARY).window.remaining == 98


def test_old_windows_do_not_pile_up_on_a_key(runtime: Runtime, account_id: str) -> None:
    text, key = _key(runtime, account_id)
    for hour in range(60):
        _call(runtime, text, NOW_MS + hour * 60 * MINUTE_MS)
    item = runtime.dynamodb.get_item(TableName="keys", Key={"key_hash": {"S": key.key_hash}})["Item"]
    assert len([name for name in item if name.startswith("w#")]) <= 16


def test_a_missing_scope_and_a_foreign_address_are_refused(runtime: Runtime, account_id: str) -> None:
    text, _ = _key(runtime, account_id, scopes=("generation:read",))
    with pytest.raises(InsufficientPermissions):
        authorize(_call(runtime, text), scope="generation:write", address="203.0.113.9", now_ms=NOW_MS)
    runtime.dynamodb.update_item(
        TableName="keys",
        Key={"key_hash": {"S": _call(runtime, text).key.key_hash}},
        UpdateExpression="SET allowlist = :list",
        ExpressionAttributeValues={":list": {"L": [{"S": "198.51.100.0/24"}]}},
    )
    with pytest.raises(AddressNotAllowed):
        authorize(_call(runtime, text), scope="generation:read", address="203.0.113.9", now_ms=NOW_MS)
