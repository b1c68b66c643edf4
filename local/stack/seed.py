"""What a deployment needs before a stranger can use it: an account with credits, keys, a webhook endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from local.stack.info import StackInfo
from tidegate.adapters.sealing import Sealer, UnsealingFailed
from tidegate.domain.keys import SCOPES, Surface, hash_key
from tidegate.domain.money import Money
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_account, create_key, get_account, grant
from tidegate.usecases.endpoints import add_endpoint, list_endpoints
from tidegate.usecases.library.projects import first_project
from tidegate.usecases.sandboxes import open_sandbox

CREDITS: Final = Money.of("10")
TEST_KEY: Final = "babysea_test"
_REFILL_BELOW: Final = Money.of("1")


@dataclass(frozen=True, slots=True)
class Seeded:
    """The demo account, with its secrets in clear: they open nothing but this machine's emulator."""

    account_id: str
    keys: Mapping[str, str] = field(repr=False)
    endpoint_id: str
    webhook_secret: str = field(repr=False)


def seed(runtime: Runtime, known: StackInfo | None, webhook_url: str) -> Seeded:
    """Make what is missing; what an earlier run made and the tables still hold is kept."""
    account_id = _account(runtime, known)
    keys = {surface.value: _key(runtime, known, account_id, surface, surface.value) for surface in Surface}
    sandbox = open_sandbox(runtime.wallets, account_id, runtime.now_ms()).account_id
    keys[TEST_KEY] = _key(runtime, known, sandbox, Surface.BABYSEA, TEST_KEY)
    endpoint_id, secret = _endpoint(runtime, account_id, webhook_url)
    return Seeded(account_id, keys, endpoint_id, secret)


def _account(runtime: Runtime, known: StackInfo | None) -> str:
    now_ms = runtime.now_ms()
    account = runtime.wallets.get(known.account_id) if known else None
    if account is None:
        account = create_account(runtime.wallets, name="Demo", now_ms=now_ms)
    if account.wallet.balance < _REFILL_BELOW:
        reference = f"local stack {now_ms}"
        grant(
            runtime.wallets, account_id=account.account_id, amount=CREDITS, reference=reference, now_ms=now_ms
        )
    return account.account_id


def _key(runtime: Runtime, known: StackInfo | None, account_id: str, surface: Surface, name: str) -> str:
    text = known.keys.get(name) if known else None
    now_ms = runtime.now_ms()
    working = {key.key_hash for key in runtime.keys.list(account_id) if key.works(now_ms)}
    if text is not None and hash_key(text) in working:
        return text
    project = None
    if surface is Surface.BANATIE:
        project = first_project(runtime.library, get_account(runtime.wallets, account_id), now_ms)
    text, _ = create_key(
        runtime.keys,
        runtime.wallets,
        account_id=account_id,
        surface=surface,
        scopes=SCOPES,
        name=f"demo, {name}",
        now_ms=now_ms,
        project=project,
    )
    return text


def _endpoint(runtime: Runtime, account_id: str, url: str) -> tuple[str, str]:
    sealer = Sealer(runtime.secrets.sealing_key)
    for endpoint in list_endpoints(account_id, webhooks=runtime.webhooks):
        if endpoint.url != url:
            continue
        try:
            secret = sealer.open(
                endpoint.sealed_secret, account_id=account_id, endpoint_id=endpoint.endpoint_id
            )
        except UnsealingFailed:  # sealed under the secret of a deployment that is gone
            continue
        if not endpoint.enabled:
            runtime.webhooks.set_enabled(account_id, endpoint.endpoint_id, enabled=True)
        return endpoint.endpoint_id, secret
    new = add_endpoint(
        account_id,
        url,
        webhooks=runtime.webhooks,
        sealer=sealer,
        now_ms=runtime.now_ms(),
        allowed_private=runtime.setting("ALLOWED_PRIVATE_HOSTS").split(","),
    )
    return new.endpoint.endpoint_id, new.secret
