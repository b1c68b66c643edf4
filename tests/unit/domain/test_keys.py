"""API keys."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tidegate.domain.errors import InvalidInput
from tidegate.domain.keys import Key, KeyState, Surface, hash_key, looks_like, mint, visible_prefix
from tidegate.domain.mode import Mode

NOW_MS = 1_763_000_000_000
KEY = Key(
    key_hash="hash",
    key_id="id",
    account_id="account",
    surface=Surface.BABYSEA,
    name="test",
    prefix="bye_abcde",
    scopes=("generation:read",),
    state=KeyState.ACTIVE,
    plan="free",
    window_home="hash",
    created_at_ms=NOW_MS,
)


@pytest.mark.parametrize(
    ("surface", "pattern"),
    [
        (Surface.BABYSEA, r"bye_[A-Za-z0-9_-]{43}"),
        (Surface.BANATIE, r"bnt_[0-9a-f]{64}"),
        (Surface.SHARKAPI, r"sk_live_[0-9a-f]{64}"),
    ],
)
def test_a_key_has_the_form_of_its_surface(surface: Surface, pattern: str) -> None:

    text = mint(surface)
    assert re.fullmatch(pattern, text)
    assert text.startswith(visible_prefix(surface, text))
    assert len(visible_prefix(surface, text)) < 20


@pytest.mark.parametrize("surface", Surface)
def test_a_key_looks_like_one_of_its_surface(surface: Surface) -> None:
    assert looks_like(mint(surface)) is surface
    assert looks_like(mint(Surface.BABYSEA, Mode.TEST)) is Surface.BABYSEA
    for text in ("", "sk_test_1", "SK_LIVE_1", " bye_1", "Bearer bye_1"):
        assert looks_like(text) is None


def test_a_test_key_has_a_form_of_its_own_and_a_prefix_that_tells_keys_apart() -> None:
    text = mint(Surface.BABYSEA, Mode.TEST)
    assert re.fullmatch(r"bye_test_[A-Za-z0-9_-]{43}", text)
    assert visible_prefix(Surface.BABYSEA, text, Mode.TEST) == text[:14]


@pytest.mark.parametrize("surface", [Surface.BANATIE, Surface.SHARKAPI])
def test_a_surface_without_test_mode_has_no_test_keys(surface: Surface) -> None:
    with pytest.raises(InvalidInput, match="no test keys"):
        mint(surface, Mode.TEST)


def test_two_keys_are_never_the_same() -> None:
    assert mint(Surface.BABYSEA) != mint(Surface.BABYSEA)


def test_a_key_is_known_by_its_hash() -> None:
    assert hash_key("bye_x") == hash_key("bye_x") != hash_key("bye_y")


def test_an_active_key_works_until_it_expires() -> None:
    assert KEY.works(NOW_MS)
    expiring = replace(KEY, expires_at_ms=NOW_MS + 1)
    assert expiring.works(NOW_MS)
    assert not expiring.works(NOW_MS + 1)


def test_a_revoked_key_does_not_work() -> None:
    assert not replace(KEY, state=KeyState.REVOKED).works(NOW_MS)


def test_a_rotated_key_works_until_its_grace_ends() -> None:
    rotated = replace(KEY, state=KeyState.ROTATED, expires_at_ms=NOW_MS + 1)
    assert rotated.works(NOW_MS)
    assert not rotated.works(NOW_MS + 1)


def test_a_successor_keeps_what_was_granted_and_begins_anew() -> None:
    used = replace(KEY, last_used_at_ms=NOW_MS, expires_at_ms=NOW_MS + 9, allowlist=("203.0.113.9",))
    new = used.successor("bye_new", key_id="new", plan="pro", now_ms=NOW_MS + 1)
    assert new == replace(
        used,
        key_hash=hash_key("bye_new"),
        key_id="new",
        prefix="bye_new",
        plan="pro",
        created_at_ms=NOW_MS + 1,
        last_used_at_ms=None,
        rotated_from="id",
    )


@pytest.mark.parametrize(("own_end_ms", "end_ms"), [(None, 50), (40, 40), (60, 50)])
def test_a_retired_key_ends_with_its_grace_or_before(own_end_ms: int | None, end_ms: int) -> None:
    retired = replace(KEY, expires_at_ms=own_end_ms).retired(50)
    assert (retired.state, retired.expires_at_ms) == (KeyState.ROTATED, end_ms)


@pytest.mark.parametrize(
    ("allowlist", "address", "allowed"),
    [
        ((), "203.0.113.9", True),
        (("203.0.113.9",), "203.0.113.9", True),
        (("203.0.113.9",), "203.0.113.10", False),
        (("203.0.113.0/24",), "203.0.113.10", True),
        (("2001:db8::/32",), "2001:db8::1", True),
        (("2001:db8::/32",), "203.0.113.10", False),
        (("203.0.113.9",), "::ffff:203.0.113.9", True),
        (("203.0.113.9",), "not an address", False),
    ],
)
def test_the_allowlist_decides_who_may_use_the_key(
    allowlist: tuple[str, ...],
    address: str,
    allowed: bool,  # noqa: FBT001
) -> None:
    assert replace(KEY, allowlist=allowlist).allows_address(address) is allowed
