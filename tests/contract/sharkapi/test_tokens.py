"""POST /api/keys: a token of full access makes others like itself."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.contract.babysea.gateway import NOW, NOW_MS
from tests.contract.sharkapi.client import Shark
from tidegate.adapters.dynamodb.rosters import Roster, Rosters
from tidegate.domain.keys import SCOPES, KeyState
from tidegate.usecases.accounts import find_key
from tidegate.usecases.rotate_key import rotate_key


def test_a_new_token_is_shown_once_and_works(shark: Shark) -> None:
    reply = shark.make_token({"name": "  Staging "})
    text = reply.body["key"]
    assert reply.status == 201
    assert re.fullmatch(r"sk_live_[0-9a-f]{64}", text)
    assert reply.body["apiKey"] == {
        "id": reply.body["apiKey"]["id"],
        "user_id": shark.account_id,
        "name": "Staging",
        "key_prefix": text[:16],
        "is_active": True,
        "last_used_at": None,
        "created_at": NOW,
        "revoked_at": None,
    }
    assert shark.generate(token=text).status == 202
    assert shark.usage(token=text).body["data"][0]["token"] == "Staging"
    kept = find_key(shark.runtime.keys, account_id=shark.account_id, key_id=reply.body["apiKey"]["id"])
    assert text not in str(kept)


def test_the_same_request_twice_makes_two_tokens(shark: Shark) -> None:
    texts = {shark.make_token({"name": "x"}).body["key"] for _ in range(2)}
    assert len(texts) == 2


def test_a_new_token_can_do_no_more_than_its_maker(shark: Shark) -> None:
    end_ms = NOW_MS + 60_000
    maker = shark.add_token(expires_at_ms=end_ms, allowlist=("198.51.100.0/24",))
    made = shark.make_token({"name": "x"}, token=maker).body["apiKey"]["id"]
    key = find_key(shark.runtime.keys, account_id=shark.account_id, key_id=made)
    assert (key.expires_at_ms, key.allowlist, key.scopes) == (end_ms, ("198.51.100.0/24",), SCOPES)


def test_a_token_in_its_grace_makes_none_that_outlives_it(shark: Shark) -> None:
    (key,) = shark.runtime.keys.list(shark.account_id)
    rotation = rotate_key(
        shark.runtime.keys,
        shark.runtime.wallets,
        account_id=shark.account_id,
        key_id=key.key_id,
        grace_h=1,
        now_ms=NOW_MS,
    )
    made = shark.make_token({"name": "x"}).body["apiKey"]["id"]
    stored = find_key(shark.runtime.keys, account_id=shark.account_id, key_id=made)
    assert stored.expires_at_ms == rotation.old.expires_at_ms is not None


@pytest.mark.parametrize("change", ["revoked", "rotated", "confined"])
def test_a_token_that_is_changed_while_it_makes_another_makes_none_that_works(
    shark: Shark, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    keys, wallets = shark.runtime.keys, shark.runtime.wallets
    (maker,) = keys.list(shark.account_id)
    act: dict[str, Callable[[], object]] = {
        "revoked": lambda: keys.revoke(maker.key_hash),
        "rotated": lambda: rotate_key(
            keys, wallets, account_id=shark.account_id, key_id=maker.key_id, now_ms=NOW_MS
        ),
        "confined": lambda: keys.set_allowlist(maker.key_hash, ["198.51.100.7"]),
    }
    read = Rosters.get

    def meet(rosters: Rosters, account_id: str) -> Roster:
        monkeypatch.undo()
        act[change]()
        return read(rosters, account_id)

    monkeypatch.setattr(Rosters, "get", meet)
    reply = shark.make_token({"name": "x"})

    assert (reply.status, set(reply.body)) == (503, {"error"})
    (made,) = [key for key in keys.list(shark.account_id) if key.name == "x"]
    assert made.state is KeyState.REVOKED


@pytest.mark.parametrize("missing", SCOPES)
def test_a_token_that_was_narrowed_makes_none(shark: Shark, missing: str) -> None:
    narrow = shark.add_token(scopes=tuple(scope for scope in SCOPES if scope != missing))
    reply = shark.make_token({"name": "x"}, token=narrow)
    assert (reply.status, set(reply.body)) == (403, {"error"})
    assert len(list(shark.runtime.keys.list(shark.account_id))) == 2


@pytest.mark.parametrize("name", [None, "", "  ", 5, ["x"], "x" * 101, "a\x00b", "a\x1b[31m", "a\nb"])
def test_a_token_needs_a_name_that_can_be_shown(shark: Shark, name: object) -> None:
    reply = shark.make_token({"name": name})
    assert (reply.status, set(reply.body)) == (400, {"error"})


@pytest.mark.parametrize("raw", ["", "[]", "{"])
def test_a_body_that_is_no_object_is_refused(shark: Shark, raw: str) -> None:
    assert shark.make_token(None, raw=raw).status == 400


def test_nobody_makes_a_token_without_one(shark: Shark) -> None:
    reply = shark.make_token({"name": "x"}, token=None)
    assert (reply.status, reply.body) == (401, {"error": "Missing X-API-Key header."})
