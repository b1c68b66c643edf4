"""Two operators put an account on different plans at once: the account and its keys agree in the end."""

from __future__ import annotations

from unittest.mock import patch

from tidegate.domain.keys import Surface
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, create_key, set_plan

NOW_MS = 1_763_000_000_000


def test_keys_end_on_the_plan_that_the_account_ends_on(runtime: Runtime) -> None:
    account_id = create_account(runtime.wallets, name="Acme", plan="free", now_ms=NOW_MS).account_id
    create_key(
        runtime.keys,
        runtime.wallets,
        account_id=account_id,
        surface=Surface.BABYSEA,
        scopes=["generation:read"],
        name="k",
        now_ms=NOW_MS,
    )
    write, met = runtime.keys.set_plan, list[bool]()

    def write_after_the_other(key_hash: str, plan: str) -> None:
        if not met:
            met.append(True)
            set_plan(runtime.keys, runtime.wallets, account_id=account_id, plan="scale")
        write(key_hash, plan)

    with patch.object(runtime.keys, "set_plan", write_after_the_other):
        account, _ = set_plan(runtime.keys, runtime.wallets, account_id=account_id, plan="pro")
    (key,) = runtime.keys.list(account_id)
    assert account.plan == key.plan == "scale"
