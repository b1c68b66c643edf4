"""Test keys on the deployed system: every scripted outcome, and nothing of it reaches money or providers."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import av
import pytest
from PIL import Image

from local.stack.info import StackInfo
from tests.e2e.customer import Customer, http
from tidegate.adapters.sealing import Sealer
from tidegate.domain.keys import SCOPES, Surface
from tidegate.domain.mode import PLAY_CREDITS
from tidegate.domain.money import Money
from tidegate.domain.scripts import WORDS
from tidegate.usecases.accounts import create_key
from tidegate.usecases.endpoints import add_endpoint
from tidegate.usecases.sandboxes import open_sandbox

PRICE = Money.of("0.005")
BOTH_FAILED = [("replicate", "failed"), ("fal", "failed")]
ENDINGS: dict[str, tuple[str, str | None, list[tuple[str, str]]]] = {
    "success": ("succeeded", None, [("replicate", "used")]),
    "slow=4": ("succeeded", None, [("replicate", "used")]),
    "fail": ("failed", "BSE2001", [("replicate", "failed")]),
    "moderation": ("failed", "BSE4007", [("replicate", "failed")]),
    "error": ("failed", "BSE4006", BOTH_FAILED),
    "bad_output": ("failed", "BSE4006", BOTH_FAILED),
    "failover": ("succeeded", None, [("replicate", "failed"), ("fal", "used")]),
    "all_fail": ("failed", "BSE4006", BOTH_FAILED),
    "out_of_funds": ("failed", "BSE4006", BOTH_FAILED),
    "rate_limited": ("failed", "BSE4006", BOTH_FAILED),
    "timeout=3": ("failed", "BSE4006", BOTH_FAILED),
    "lost": ("succeeded", None, [("replicate", "used")]),
    "late=3": ("succeeded", None, [("replicate", "used")]),  # whatever became of the second
}
REFUSALS = {
    "insufficient_credits": (402, "BSE1004"),
    "rate_limit": (429, "BSE1005"),
    "concurrency": (429, "BSE1009"),
    "unavailable": (503, "BSE5002"),
}


@pytest.fixture
def sandbox(customer: Customer) -> Customer:
    """The customer with a test key and a test webhook."""
    deployed, now_ms = customer.deployed, customer.deployed.now_ms()
    account_id = open_sandbox(deployed.wallets, customer.account_id, now_ms).account_id
    key, _ = create_key(
        deployed.keys,
        deployed.wallets,
        account_id=account_id,
        surface=Surface.BABYSEA,
        scopes=SCOPES,
        name="e2e, test",
        now_ms=now_ms,
    )
    hook = f"/hooks/{account_id}"
    endpoint = add_endpoint(
        account_id,
        f"{customer.info.receiver_url}{hook}",
        webhooks=deployed.webhooks,
        sealer=Sealer(deployed.secrets.sealing_key),
        now_ms=now_ms,
        allowed_private=customer.info.allowed_private_hosts,
    )
    return replace(customer, account_id=account_id, key=key, hook=hook, webhook_secret=endpoint.secret)


def _wallet_item(customer: Customer) -> Any:
    return customer.deployed.dynamodb.get_item(
        TableName=customer.deployed.setting("WALLETS_TABLE"),
        Key={"account_id": {"S": customer.account_id}, "item": {"S": "wallet"}},
        ConsistentRead=True,
    )["Item"]


def _heard_by_the_simulator(info: StackInfo, marker: str) -> list[Any]:
    requests = http.request("GET", f"{info.simulator_url}/control/requests?limit=1000")
    jobs = http.request("GET", f"{info.simulator_url}/control/jobs?limit=1000")
    heard = json.loads(requests.data)["requests"] + json.loads(jobs.data)["jobs"]
    return [entry for entry in heard if marker in json.dumps(entry)]


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(entry) for name, entry in value.items()}
    return [_shape(entry) for entry in value] if isinstance(value, list) else type(value).__name__


def _fetch(url: str) -> io.BytesIO:
    answer = http.request("GET", url, timeout=30)
    assert answer.status == 200
    return io.BytesIO(answer.data)


def test_every_scripted_outcome_ends_as_asked_for(
    customer: Customer, sandbox: Customer, info: StackInfo
) -> None:
    assert {s.partition("=")[0] for s in ENDINGS} | REFUSALS.keys() == WORDS.keys()
    before, marker = _wallet_item(customer), sandbox.account_id
    order = {"generation_provider_order": "replicate, fal"}
    for word, refusal in REFUSALS.items():
        reply = sandbox.submit(f"{marker} [[test:{word}]]", **order)
        assert (reply.status, reply.code) == refusal
    made = {script: sandbox.generate(f"{marker} [[test:{script}]]", **order) for script in ENDINGS}
    for script, (status, code, _) in ENDINGS.items():
        record = sandbox.finish(made[script])
        assert (record["generation_status"], record.get("generation_error_code")) == (status, code), script
        assert record["generation_provider_order"] == ["replicate", "fal"]
    sandbox.settle_down()
    for script, (_, _, trail) in ENDINGS.items():
        assert sandbox.trail(made[script])[: len(trail)] == trail, script
    served = [script for script, (status, _, _) in ENDINGS.items() if status == "succeeded"]
    assert sandbox.spent == PRICE * len(served)
    assert sandbox.account.wallet.balance == PLAY_CREDITS - PRICE * len(served)
    assert sandbox.books_are_exact()
    assert _wallet_item(customer) == before
    assert _heard_by_the_simulator(info, marker) == []
    sandbox.delivery("generation.failed", made["fail"])
    sandbox.delivery("generation.completed", made["late=3"])
    assert customer.deliveries() == []  # production hears of no test


def test_a_test_generation_is_quick_and_looks_like_a_live_one(customer: Customer, sandbox: Customer) -> None:
    fields = {"generation_ratio": "16:9", "generation_provider_order": "fal"}
    ids = [(one, one.generate("A seal", **fields)) for one in (customer, sandbox)]
    live, test = [one.finish(generation_id) for one, generation_id in ids]
    assert _shape(test) == _shape(live)
    assert test["generation_metrics_predict_time"] == 1
    picture = Image.open(_fetch(test["generation_output_file"][0]))
    assert (picture.format, picture.size) == ("PNG", (512, 288))
    told = [one.delivery("generation.completed", generation_id)["body"] for one, generation_id in ids]
    assert _shape(told[1]) == _shape(told[0])


def test_a_test_clip_has_the_length_that_was_asked_for_and_can_be_canceled(sandbox: Customer) -> None:
    video = {"kind": "video", "model": "bytedance/seedance-1-pro", "generation_duration": 7}
    running = sandbox.generate("A seal [[test:slow=60]]", **video)
    record = sandbox.finish(sandbox.generate("The seal swims", **video), within_s=40)
    with av.open(_fetch(record["generation_output_file"][0]), "r") as clip:
        assert clip.duration == 7_000_000
    assert sandbox.cancel(running).body["data"]["credits_refunded"] is True
    assert sandbox.finish(running)["generation_status"] == "canceled"
    sandbox.settle_down()
    assert sandbox.books_are_exact()


def test_the_local_stack_has_a_test_key(info: StackInfo, customer: Customer) -> None:
    reply = customer.call("GET", "/v1/user/billing", key=info.keys["babysea_test"])
    assert reply.status == 200
    assert reply.body["data"]["account_id"] != info.account_id
    assert reply.body["data"]["billing_credit_balance"] == 10_000
