"""Sandboxes: accounts of their own, whose play money never meets real money."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from tidegate.domain.account import Account
from tidegate.domain.errors import AccountNotFound
from tidegate.domain.generation import MediaType
from tidegate.domain.keys import SCOPES, Key, Surface
from tidegate.domain.mode import PLAY_CREDITS, Mode, sandbox_id
from tidegate.domain.money import ZERO, Money
from tidegate.domain.wallet import Wallet
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, create_key, get_account, grant, set_plan
from tidegate.usecases.rotate_key import rotate_key
from tidegate.usecases.sandboxes import find_sandbox, open_sandbox
from tidegate.usecases.submit import Order, submit

NOW_MS = 1_763_000_000_000
PRICE = Money.of("0.005")


@pytest.fixture
def account(runtime: Runtime) -> Account:
    """A live account with a dollar."""
    made = create_account(
        runtime.wallets, name="Acme", email="ops@acme.example", plan="starter", now_ms=NOW_MS
    )
    grant(
        runtime.wallets, account_id=made.account_id, amount=Money.of("1"), reference="welcome", now_ms=NOW_MS
    )
    return get_account(runtime.wallets, made.account_id)


def _item(runtime: Runtime, account_id: str) -> dict[str, Any]:
    key = {"account_id": {"S": account_id}, "item": {"S": "wallet"}}
    return dict(runtime.dynamodb.get_item(TableName="wallets", Key=key)["Item"])


def _order(account_id: str, mode: Mode) -> Order:
    return Order(
        account_id=account_id,
        plan="starter",
        surface="babysea",
        model="bfl/flux-schnell",
        media_type=MediaType.IMAGE,
        params={"generation_prompt": "a seal"},
        providers=("replicate",),
        price=PRICE,
        hold_s=1800,
        mode=mode,
    )


def _key(runtime: Runtime, account_id: str) -> tuple[str, Key]:
    return create_key(
        runtime.keys,
        runtime.wallets,
        account_id=account_id,
        surface=Surface.BABYSEA,
        scopes=SCOPES,
        name="key",
        now_ms=NOW_MS,
    )


def test_a_sandbox_is_an_account_of_its_own_with_play_money(runtime: Runtime, account: Account) -> None:
    before = _item(runtime, account.account_id)
    sandbox = open_sandbox(runtime.wallets, account.account_id, NOW_MS + 1)
    assert sandbox == Account(
        sandbox_id(account.account_id),
        "Acme",
        "ops@acme.example",
        "starter",
        NOW_MS + 1,
        Wallet(sandbox_id(account.account_id), balance=PLAY_CREDITS, sequence=1),
        Mode.TEST,
        account.account_id,
    )
    assert find_sandbox(runtime.wallets, account) == sandbox
    assert _item(runtime, account.account_id) == before
    assert set(runtime.wallets.account_ids()) == {account.account_id, sandbox.account_id}


def test_it_is_opened_once(runtime: Runtime, account: Account) -> None:
    sandbox = open_sandbox(runtime.wallets, account.account_id, NOW_MS)
    submit(runtime.generations, _order(sandbox.account_id, Mode.TEST), NOW_MS)
    again = open_sandbox(runtime.wallets, account.account_id, NOW_MS + 5)
    assert again.wallet.balance == PLAY_CREDITS - PRICE
    assert again.created_at_ms == NOW_MS
    assert open_sandbox(runtime.wallets, again.account_id, NOW_MS) == again  # its own is itself


def test_two_who_open_it_at_once_open_one(runtime: Runtime, account: Account) -> None:
    wallets, own_id = runtime.wallets, sandbox_id(account.account_id)
    meanwhile = Account(own_id, "Acme", None, "starter", 1, Wallet(own_id), Mode.TEST, account.account_id)
    assert wallets.create(meanwhile)
    assert not wallets.create(replace(meanwhile, name="other"))
    opened = open_sandbox(wallets, account.account_id, NOW_MS)
    assert (opened.name, opened.wallet.balance) == ("Acme", PLAY_CREDITS)  # and what was begun is finished


def test_without_an_account_there_is_none(runtime: Runtime, account: Account) -> None:
    with pytest.raises(AccountNotFound):
        open_sandbox(runtime.wallets, str(uuid.uuid4()), NOW_MS)
    assert find_sandbox(runtime.wallets, account) is None


def test_a_key_has_the_mode_of_its_account_and_keeps_it(runtime: Runtime, account: Account) -> None:
    sandbox = open_sandbox(runtime.wallets, account.account_id, NOW_MS)
    text, key = _key(runtime, sandbox.account_id)
    assert text.startswith("bye_test_")
    assert (key.mode, key.prefix) == (Mode.TEST, text[:14])
    rotation = rotate_key(
        runtime.keys, runtime.wallets, account_id=sandbox.account_id, key_id=key.key_id, now_ms=NOW_MS
    )
    assert rotation.text.startswith("bye_test_")
    stored = {entry.key_id: entry for entry in runtime.keys.list(sandbox.account_id)}
    assert stored[rotation.new.key_id] == rotation.new
    assert {entry.mode for entry in stored.values()} == {Mode.TEST}
    live_text, live = _key(runtime, account.account_id)
    assert live.mode is Mode.LIVE
    assert not live_text.startswith("bye_test_")


def test_play_money_buys_nothing_real_and_real_money_pays_no_test(runtime: Runtime, account: Account) -> None:
    sandbox = open_sandbox(runtime.wallets, account.account_id, NOW_MS)
    before = [_item(runtime, one.account_id) for one in (account, sandbox)]
    for order in (_order(sandbox.account_id, Mode.LIVE), _order(account.account_id, Mode.TEST)):
        with pytest.raises(RuntimeError, match="of an account that is not"):
            submit(runtime.generations, order, NOW_MS)
        assert not runtime.listing.page(order.account_id, total=1, offset=0, limit=1, now_ms=NOW_MS)
    assert [_item(runtime, one.account_id) for one in (account, sandbox)] == before


def test_a_change_of_plan_reaches_the_sandbox(runtime: Runtime, account: Account) -> None:
    sandbox = open_sandbox(runtime.wallets, account.account_id, NOW_MS)
    _key(runtime, account.account_id)
    _key(runtime, sandbox.account_id)
    changed, keys = set_plan(runtime.keys, runtime.wallets, account_id=account.account_id, plan="scale")
    assert (changed.plan, keys) == ("scale", 2)
    assert get_account(runtime.wallets, sandbox.account_id).plan == "scale"
    set_plan(runtime.keys, runtime.wallets, account_id=sandbox.account_id, plan="free")
    assert get_account(runtime.wallets, account.account_id).plan == "scale"
    assert [key.plan for key in runtime.keys.list(sandbox.account_id)] == ["free"]


def test_what_is_live_carries_no_mode(runtime: Runtime, account: Account) -> None:
    submission = submit(runtime.generations, _order(account.account_id, Mode.LIVE), NOW_MS)
    assert submission.generation.mode is Mode.LIVE
    assert "mode" not in _item(runtime, account.account_id)
    key = {"pk": {"S": account.account_id}, "sk": {"S": submission.generation.generation_id}}
    assert "mode" not in runtime.dynamodb.get_item(TableName="generations", Key=key)["Item"]
    assert account.wallet.held == ZERO
