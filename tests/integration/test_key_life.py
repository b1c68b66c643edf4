"""A key's life: made within a limit, confined to addresses, rotated with a grace, moved to another plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest

from tidegate.adapters.dynamodb.rosters import Rosters
from tidegate.domain.errors import (
    AccountNotFound,
    AddressNotAllowed,
    AuthenticationFailed,
    InvalidInput,
    ServiceUnavailable,
)
from tidegate.domain.keys import MAX_KEYS, Key, KeyNotActive, KeyState, RotationUnderWay, Surface, TooManyKeys
from tidegate.domain.limits import Bucket
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, create_key, revoke_key, set_allowlist, set_plan
from tidegate.usecases.authenticate import Caller, authenticate, authorize
from tidegate.usecases.rotate_key import Rotation, rotate_key

NOW_MS = 1_763_000_000_000
HOUR_MS = 3_600_000
ADDRESS = "203.0.113.9"


@pytest.fixture
def account_id(runtime: Runtime) -> str:
    return create_account(runtime.wallets, name="Acme", plan="free", now_ms=NOW_MS).account_id


def _key(runtime: Runtime, account_id: str, **more: Any) -> tuple[str, Key]:
    return create_key(
        runtime.keys,
        runtime.wallets,
        account_id=account_id,
        surface=Surface.BABYSEA,
        scopes=("generation:read",),
        name="production",
        now_ms=more.pop("now_ms", NOW_MS),
        **more,
    )


def _call(runtime: Runtime, token: str, now_ms: int = NOW_MS, address: str = ADDRESS) -> Caller:
    caller = authenticate(
        runtime.keys,
        token=token,
        surface=Surface.BABYSEA,
        bucket=Bucket.GENERAL,
        address=address,
        now_ms=now_ms,
    )
    authorize(caller, scope="generation:read", address=address, now_ms=now_ms)
    return caller


def _rotate(runtime: Runtime, key: Key, **more: Any) -> Rotation:
    return rotate_key(
        runtime.keys,
        runtime.wallets,
        account_id=key.account_id,
        key_id=key.key_id,
        now_ms=more.pop("now_ms", NOW_MS),
        **more,
    )


# ── the limit ────────────────────────────────────────────────────────────────────────────────────────────


def test_an_account_has_at_most_a_hundred_working_keys(runtime: Runtime, account_id: str) -> None:
    keys = [_key(runtime, account_id)[1] for _ in range(MAX_KEYS)]
    with pytest.raises(TooManyKeys) as refused:
        _key(runtime, account_id)
    assert refused.value.details == {"limit": 100}
    revoke_key(runtime.keys, account_id=account_id, key_id=keys[0].key_id)
    _key(runtime, account_id)
    with pytest.raises(TooManyKeys):
        _rotate(runtime, keys[1])


def test_keys_that_ended_leave_their_place_and_stay_listed(runtime: Runtime, account_id: str) -> None:
    for hour in range(3):
        _key(runtime, account_id, now_ms=NOW_MS + hour * HOUR_MS, expires_at_ms=NOW_MS + hour * HOUR_MS + 1)
    assert len(runtime.keys.rosters.get(account_id).keys) == 1
    assert len(runtime.keys.list(account_id)) == 3


def _meeting(runtime: Runtime, act: Callable[[], object]) -> Any:
    """Let ``act`` happen once, between the reading of a roster and the writing."""
    read = Rosters.get
    met: list[bool] = []

    def get(rosters: Rosters, account_id: str) -> Any:
        roster = read(rosters, account_id)
        if not met:
            met.append(True)
            act()
        return roster

    return patch.object(Rosters, "get", get)


def test_two_first_keys_at_once_count_in_the_same_window(runtime: Runtime, account_id: str) -> None:
    others: list[tuple[str, Key]] = []
    with _meeting(runtime, lambda: others.append(_key(runtime, account_id))):
        text, key = _key(runtime, account_id)
    assert key.window_home == others[0][1].key_hash
    assert [_call(runtime, token).window.remaining for token in (text, others[0][0])] == [29, 28]


def test_a_key_that_is_made_during_a_change_of_plan_is_on_the_new_one(
    runtime: Runtime, account_id: str
) -> None:
    def change() -> None:
        set_plan(runtime.keys, runtime.wallets, account_id=account_id, plan="pro")

    with _meeting(runtime, change):
        _, key = _key(runtime, account_id)
    assert key.plan == "pro"


def test_keys_that_keep_changing_are_given_up_on(runtime: Runtime, account_id: str) -> None:
    _, key = _key(runtime, account_id)
    with (
        patch.object(Rosters, "_write", return_value=False),
        pytest.raises(ServiceUnavailable, match="No key was made"),
    ):
        _key(runtime, account_id)
    with (
        patch.object(Rosters, "_write", return_value=False),
        pytest.raises(ServiceUnavailable, match="Nothing was rotated"),
    ):
        _rotate(runtime, key)
    assert [entry.state for entry in runtime.keys.list(account_id)] == [KeyState.ACTIVE]


# ── the allowlist ────────────────────────────────────────────────────────────────────────────────────────


def test_a_key_works_from_the_addresses_on_its_list_only(runtime: Runtime, account_id: str) -> None:
    text, key = _key(runtime, account_id, allowlist=["203.0.113.0/24", "2001:DB8::1"])
    assert key.allowlist == ("203.0.113.0/24", "2001:db8::1")
    assert _call(runtime, text).key.key_id == key.key_id
    _call(runtime, text, address="2001:db8::1")
    with pytest.raises(AddressNotAllowed):
        _call(runtime, text, address="198.51.100.7")


def test_a_changed_allowlist_holds_from_the_next_request_on(runtime: Runtime, account_id: str) -> None:
    text, key = _key(runtime, account_id)
    _call(runtime, text)
    set_allowlist(runtime.keys, account_id=account_id, key_id=key.key_id, entries=["198.51.100.7"])
    with pytest.raises(AddressNotAllowed):
        _call(runtime, text)
    set_allowlist(runtime.keys, account_id=account_id, key_id=key.key_id, entries=[])
    _call(runtime, text)


def test_an_allowlist_that_cannot_be_meant_changes_nothing(runtime: Runtime, account_id: str) -> None:
    _, key = _key(runtime, account_id, allowlist=[ADDRESS])
    with pytest.raises(InvalidInput):
        set_allowlist(runtime.keys, account_id=account_id, key_id=key.key_id, entries=["all"])
    with pytest.raises(InvalidInput):
        _key(runtime, account_id, allowlist=["203.0.113.5/24"])
    assert [entry.allowlist for entry in runtime.keys.list(account_id)] == [(ADDRESS,)]


# ── rotation ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_rotated_key_works_until_its_grace_ends_and_the_new_one_goes_on(
    runtime: Runtime, account_id: str
) -> None:
    text, key = _key(runtime, account_id)
    rotation = _rotate(runtime, key, grace_h=2)
    for token in (text, rotation.text):
        _call(runtime, token, NOW_MS + 2 * HOUR_MS - 1)
    with pytest.raises(AuthenticationFailed):
        _call(runtime, text, NOW_MS + 2 * HOUR_MS)
    _call(runtime, rotation.text, NOW_MS + 2 * HOUR_MS)


def test_a_new_key_inherits_what_was_granted_to_the_old_one(runtime: Runtime, account_id: str) -> None:
    _key(runtime, account_id)
    end_ms = NOW_MS + 90 * 24 * HOUR_MS
    _, key = _key(runtime, account_id, allowlist=[ADDRESS], expires_at_ms=end_ms)
    new = _rotate(runtime, key).new
    for name in ("name", "scopes", "allowlist", "expires_at_ms", "window_home", "surface", "plan"):
        assert getattr(new, name) == getattr(key, name)
    assert new.rotated_from == key.key_id
    assert new.key_id != key.key_id
    stored = {entry.key_id: entry for entry in runtime.keys.list(account_id)}
    assert stored[new.key_id] == new
    assert stored[key.key_id].state is KeyState.ROTATED


def test_the_grace_is_a_day_unless_said_and_never_longer_than_the_keys_own_life(
    runtime: Runtime, account_id: str
) -> None:
    _, key = _key(runtime, account_id)
    _, ending = _key(runtime, account_id, expires_at_ms=NOW_MS + HOUR_MS)
    assert _rotate(runtime, key).old.expires_at_ms == NOW_MS + 24 * HOUR_MS
    assert _rotate(runtime, ending).old.expires_at_ms == NOW_MS + HOUR_MS


@pytest.mark.parametrize("grace_h", [0, -1, 169])
def test_a_grace_is_one_hour_to_a_week(runtime: Runtime, account_id: str, grace_h: int) -> None:
    _, key = _key(runtime, account_id)
    with pytest.raises(InvalidInput, match="168"):
        _rotate(runtime, key, grace_h=grace_h)


def test_only_an_active_key_can_be_rotated(runtime: Runtime, account_id: str) -> None:
    _, revoked = _key(runtime, account_id)
    revoke_key(runtime.keys, account_id=account_id, key_id=revoked.key_id)
    _, expired = _key(runtime, account_id, expires_at_ms=NOW_MS)
    _, rotated = _key(runtime, account_id)
    _rotate(runtime, rotated)
    for key in (revoked, expired, rotated):
        with pytest.raises(KeyNotActive):
            _rotate(runtime, key)


def test_there_is_one_rotation_at_a_time(runtime: Runtime, account_id: str) -> None:
    _, key = _key(runtime, account_id)
    new = _rotate(runtime, key, grace_h=1).new
    with pytest.raises(RotationUnderWay):
        _rotate(runtime, new)
    assert _rotate(runtime, new, now_ms=NOW_MS + HOUR_MS).new.rotated_from == new.key_id


def test_revoking_the_old_key_ends_the_rotation(runtime: Runtime, account_id: str) -> None:
    text, key = _key(runtime, account_id)
    new = _rotate(runtime, key).new
    revoke_key(runtime.keys, account_id=account_id, key_id=key.key_id)
    with pytest.raises(AuthenticationFailed):
        _call(runtime, text)
    _rotate(runtime, new)


def test_a_rotation_that_meets_a_revocation_does_nothing(runtime: Runtime, account_id: str) -> None:
    _, key = _key(runtime, account_id)
    with (
        _meeting(runtime, lambda: runtime.keys.revoke(key.key_hash)),
        pytest.raises(KeyNotActive),
    ):
        _rotate(runtime, key)
    assert [entry.state for entry in runtime.keys.list(account_id)] == [KeyState.REVOKED]


def test_a_rotation_that_meets_a_change_of_the_allowlist_inherits_the_new_one(
    runtime: Runtime, account_id: str
) -> None:
    _, key = _key(runtime, account_id)
    with _meeting(runtime, lambda: runtime.keys.set_allowlist(key.key_hash, [ADDRESS])):
        assert _rotate(runtime, key).new.allowlist == (ADDRESS,)


def test_a_rotation_that_is_interrupted_changes_nothing(runtime: Runtime, account_id: str) -> None:
    text, key = _key(runtime, account_id)
    with (
        patch.object(runtime.dynamodb, "transact_write_items", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        _rotate(runtime, key)
    assert [entry.state for entry in runtime.keys.list(account_id)] == [KeyState.ACTIVE]
    assert _call(runtime, text, NOW_MS + 1000 * HOUR_MS).key.key_id == key.key_id


# ── the plan ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_plan_changes_for_the_account_and_all_its_keys(runtime: Runtime, account_id: str) -> None:
    texts = [_key(runtime, account_id)[0] for _ in range(2)]
    account, changed = set_plan(runtime.keys, runtime.wallets, account_id=account_id, plan="pro")
    assert (account.plan, changed) == ("pro", 2)
    assert [_call(runtime, text).window.limit for text in texts] == [150, 150]
    again = set_plan(runtime.keys, runtime.wallets, account_id=account_id, plan="pro")
    assert again == (account, 0)


def test_a_change_of_plan_that_was_interrupted_is_finished_by_the_next_one(
    runtime: Runtime, account_id: str
) -> None:
    texts = [_key(runtime, account_id)[0] for _ in range(3)]
    change = runtime.keys.set_plan
    changed: list[str] = []

    def stop_after_one(key_hash: str, plan: str) -> None:
        if changed:
            raise KeyboardInterrupt
        changed.append(key_hash)
        change(key_hash, plan)

    with patch.object(runtime.keys, "set_plan", stop_after_one), pytest.raises(KeyboardInterrupt):
        set_plan(runtime.keys, runtime.wallets, account_id=account_id, plan="pro")
    assert sorted(_call(runtime, text).key.plan for text in texts) == ["free", "free", "pro"]
    assert set_plan(runtime.keys, runtime.wallets, account_id=account_id, plan="pro")[1] == 2
    assert {_call(runtime, text).key.plan for text in texts} == {"pro"}


def test_only_a_plan_that_exists_and_an_account_that_exists(runtime: Runtime, account_id: str) -> None:
    with pytest.raises(InvalidInput, match="enterprise"):
        set_plan(runtime.keys, runtime.wallets, account_id=account_id, plan="gold")
    with pytest.raises(AccountNotFound):
        set_plan(runtime.keys, runtime.wallets, account_id="nobody", plan="pro")
