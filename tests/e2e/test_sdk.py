"""The conformance suite of ``tests/contract/babysea_sdk``, driven over the deployed stack.

Each file of the suite gets accounts of its own; what the operator does for a customer is done here.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local.stack.cdk import node
from local.stack.info import StackInfo
from tests.e2e.customer import Customer
from tidegate.adapters.sealing import Sealer
from tidegate.domain.keys import PRESETS, Surface
from tidegate.domain.webhooks import EventType
from tidegate.runtime import Runtime
from tidegate.surfaces.babysea.webhook_events import webhook_test_event
from tidegate.usecases.accounts import create_key
from tidegate.usecases.endpoints import add_endpoint, send_test
from tidegate.usecases.sandboxes import open_sandbox

SUITE = Path(__file__).parents[1] / "contract" / "babysea_sdk" / "stack"
FILES = sorted(file.name.removesuffix(".test.mjs") for file in SUITE.glob("*.test.mjs"))
MOST_S = 240


@pytest.mark.parametrize("name", FILES)
def test_the_stack_conforms_to_the_sdk(name: str, info: StackInfo, deployed: Runtime) -> None:
    accounts = _accounts(info, deployed)
    told = {"base_url": info.base_url, "receiver_url": info.receiver_url, "accounts": accounts}
    run = subprocess.run(  # noqa: S603
        [node(), "--test", "--test-reporter=spec", str(SUITE / f"{name}.test.mjs")],
        env={**os.environ, "TIDEGATE_SDK": json.dumps(told)},
        capture_output=True,
        text=True,
        timeout=MOST_S,
        check=False,
    )
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"


def _accounts(info: StackInfo, deployed: Runtime) -> dict[str, dict[str, Any]]:
    def sign_up(**how: str) -> Customer:
        return Customer.sign_up(info, deployed, **how)

    customer = sign_up(dollars="50")
    _press_the_test_button(customer)
    people = {
        "customer": customer,
        "spender": sign_up(dollars="5"),
        "poor": sign_up(dollars="0"),
        "free": sign_up(plan="free"),
        "thrifty": _who_wants_to_know(sign_up(dollars="0.502")),
        "reader": sign_up(preset="read_only"),
        "monitor": sign_up(preset="monitor_only"),
        "generator": sign_up(preset="generate_only"),
        "elsewhere": _called_from_elsewhere(sign_up()),
        "gone": _removed(sign_up()),
        "sandbox": _in_test_mode(sign_up()),
    }
    return {name: _shown(person) for name, person in people.items()}


def _shown(customer: Customer) -> dict[str, Any]:
    """What the suite is told of an account. Each of its endpoints signs with a secret of its own."""
    sealer = Sealer(customer.deployed.secrets.sealing_key)
    endpoints = customer.deployed.webhooks.endpoints(customer.account_id)
    secrets = [
        sealer.open(one.sealed_secret, account_id=one.account_id, endpoint_id=one.endpoint_id)
        for one in endpoints
    ]
    return {
        "account_id": customer.account_id,
        "key": customer.key,
        "hook": customer.hook,
        "secrets": secrets,
    }


def _press_the_test_button(customer: Customer) -> None:
    runtime = customer.deployed
    (endpoint,) = runtime.webhooks.endpoints(customer.account_id)
    event = webhook_test_event(customer.account_id, endpoint.endpoint_id, runtime.now_ms())
    send_test(event, webhooks=runtime.webhooks, bus=runtime.bus)


def _who_wants_to_know(customer: Customer) -> Customer:
    """The customer, with an endpoint that asks for low balances."""
    runtime = customer.deployed
    add_endpoint(
        customer.account_id,
        f"{customer.info.receiver_url}{customer.hook}",
        webhooks=runtime.webhooks,
        sealer=Sealer(runtime.secrets.sealing_key),
        now_ms=runtime.now_ms(),
        events=[EventType.LOW_BALANCE],
        allowed_private=customer.info.allowed_private_hosts,
    )
    return customer


def _called_from_elsewhere(customer: Customer) -> Customer:
    """The customer, with a key that works from another address only."""
    return replace(customer, key=_key(customer, customer.account_id, allowlist=["203.0.113.9"]))


def _in_test_mode(customer: Customer) -> Customer:
    """The customer's sandbox."""
    runtime = customer.deployed
    sandbox = open_sandbox(runtime.wallets, customer.account_id, runtime.now_ms())
    return replace(customer, account_id=sandbox.account_id, key=_key(customer, sandbox.account_id))


def _key(customer: Customer, account_id: str, **more: Any) -> str:
    runtime = customer.deployed
    text, _ = create_key(
        runtime.keys,
        runtime.wallets,
        account_id=account_id,
        surface=Surface.BABYSEA,
        scopes=PRESETS["full_access"],
        name="e2e",
        now_ms=runtime.now_ms(),
        **more,
    )
    return text


def _removed(customer: Customer) -> Customer:
    """The customer, whose account is no more."""
    customer.deployed.dynamodb.delete_item(
        TableName=customer.deployed.setting("WALLETS_TABLE"),
        Key={"account_id": {"S": customer.account_id}, "item": {"S": "wallet"}},
    )
    return customer
