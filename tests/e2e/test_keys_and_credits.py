"""Keys and credits of the deployed stack: addresses, rotation, limits, low balance, and the books."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.stack.info import StackInfo
from tests.e2e.customer import Customer
from tests.e2e.waiting import until
from tidegate.adapters.sealing import Sealer
from tidegate.domain.client_address import source_of
from tidegate.domain.keys import PRESETS, Key, Surface
from tidegate.domain.limits import FAILED_ATTEMPTS, window_number
from tidegate.domain.money import Money
from tidegate.domain.webhooks import EventType
from tidegate.runtime import Runtime
from tidegate.usecases.accounts import create_key, grant, revoke_key, set_allowlist, set_plan
from tidegate.usecases.alerts import set_thresholds
from tidegate.usecases.endpoints import add_endpoint
from tidegate.usecases.rotate_key import rotate_key
from tidegate.usecases.verify_ledger import Verification, verify_ledger

HOUR_MS = 3_600_000
HERE = "127.0.0.1"
ELSEWHERE = "203.0.113.9"


def _key(customer: Customer, **more: Any) -> tuple[str, Key]:
    runtime = customer.deployed
    return create_key(
        runtime.keys,
        runtime.wallets,
        account_id=customer.account_id,
        surface=Surface.BABYSEA,
        scopes=PRESETS["read_only"],
        name="e2e",
        now_ms=runtime.now_ms(),
        **more,
    )


def _code(customer: Customer, key: str, **headers: str) -> str | None:
    reply = customer.call("GET", "/v1/status", key=key, **headers)
    return None if reply.status == 200 else reply.code


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_key_works_from_its_addresses_only_whatever_headers_claim(customer: Customer) -> None:
    text, key = _key(customer, allowlist=[ELSEWHERE, "2001:db8::/32"])
    assert _code(customer, text) == "BSE1007"
    assert _code(customer, text, x_forwarded_for=ELSEWHERE, forwarded=f"for={ELSEWHERE}") == "BSE1007"
    keys = customer.deployed.keys
    set_allowlist(keys, account_id=customer.account_id, key_id=key.key_id, entries=["127.0.0.0/8"])
    assert _code(customer, text, x_forwarded_for=ELSEWHERE) is None
    set_allowlist(keys, account_id=customer.account_id, key_id=key.key_id, entries=[ELSEWHERE])
    assert _code(customer, text) == "BSE1007"


def test_a_rotated_key_works_beside_the_new_one_until_its_grace_ends(customer: Customer) -> None:
    runtime = customer.deployed
    text, key = _key(customer)
    rotation = rotate_key(
        runtime.keys,
        runtime.wallets,
        account_id=customer.account_id,
        key_id=key.key_id,
        grace_h=1,
        now_ms=runtime.now_ms() - HOUR_MS + 6_000,  # an hour that has six seconds left
    )
    assert _code(customer, text) is None
    assert _code(customer, rotation.text) is None
    until(lambda: _code(customer, text) == "BSE1002", "the grace ends", 30)
    assert _code(customer, rotation.text) is None
    revoke_key(runtime.keys, account_id=customer.account_id, key_id=rotation.new.key_id)
    assert _code(customer, rotation.text) == "BSE1002"


@pytest.fixture
def early_in_a_minute(deployed: Runtime) -> Iterator[None]:
    """Enough of a minute left for eighty requests; what failed in it is forgotten at the end."""
    until(lambda: deployed.now_ms() % 60_000 < 35_000, "a minute begins", 30)
    window = window_number(deployed.now_ms())
    yield
    for number in (window, window + 1):
        name = {"key_hash": {"S": f"address#{source_of(HERE)}#{number}"}}
        deployed.dynamodb.delete_item(TableName=deployed.setting("KEYS_TABLE"), Key=name)


@pytest.mark.usefixtures("early_in_a_minute")
def test_wrong_keys_from_one_address_are_limited_and_right_ones_are_not(customer: Customer) -> None:
    codes = [_code(customer, f"bye_{n}") for n in range(FAILED_ATTEMPTS + 5)]
    assert set(codes) == {"BSE1002", "BSE1006"}
    reply = customer.call("GET", "/v1/status", key="bye_x")
    assert (reply.status, reply.code) == (429, "BSE1006")
    assert int(reply.headers["Retry-After"]) >= 1
    assert reply.headers["X-RateLimit-Limit"] == "60"
    assert reply.headers["X-RateLimit-Remaining"] == "0"
    assert _code(customer, customer.key) is None


def test_a_small_plan_has_few_generations_in_flight_and_another_plan_has_more(
    info: StackInfo, deployed: Runtime
) -> None:
    customer = Customer.sign_up(info, deployed, plan="free")
    running = [customer.generate("A seal [[fault:slow:8]]") for _ in range(2)]
    reply = customer.submit("A seal")
    assert (reply.status, reply.code) == (429, "BSE1009")
    assert reply.body["error"]["retryable"] is True
    assert reply.headers["Retry-After"] == "5"
    assert reply.headers["X-RateLimit-Limit"] == "10"
    assert int(reply.headers["X-RateLimit-Reset"]) > 0
    set_plan(deployed.keys, deployed.wallets, account_id=customer.account_id, plan="pro")
    running.append(customer.generate("A seal"))
    for generation_id in running:
        assert customer.finish(generation_id)["generation_status"] == "succeeded"
    assert customer.call("GET", "/v1/status").headers["X-RateLimit-Limit"] == "150"


# ── credits ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def nearly_broke(info: StackInfo, deployed: Runtime) -> Customer:
    """Credits for two generations, told below half a cent, and an endpoint that wants to know."""
    customer = Customer.sign_up(info, deployed, dollars="0.012")
    set_thresholds(deployed.alerts, account_id=customer.account_id, amounts=[Money.of("0.005")])
    add_endpoint(
        customer.account_id,
        f"{info.receiver_url}{customer.hook}",
        webhooks=deployed.webhooks,
        sealer=Sealer(deployed.secrets.sealing_key),
        now_ms=deployed.now_ms(),
        events=[EventType.LOW_BALANCE],
        allowed_private=info.allowed_private_hosts,
    )
    return customer


def _told(customer: Customer) -> list[dict[str, Any]]:
    bodies = [delivery["body"] for delivery in customer.deliveries()]
    return [body for body in bodies if body["webhook_event"] == "credits.low_balance"]


def test_a_low_balance_is_told_once_and_again_after_a_credit(
    nearly_broke: Customer, deployed: Runtime
) -> None:
    customer = nearly_broke
    customer.finish(customer.generate("One"))
    assert _told(customer) == []
    customer.finish(customer.generate("Two"))
    (first,) = until(lambda: _told(customer), "the low balance is told", 40)
    assert first["webhook_data"] == {
        "account_id": customer.account_id,
        "current_balance": 0.002,
        "thresholds_crossed": [{"threshold": 0.005, "balance_at": 0.002}],
    }
    _buys(customer, "0.006", "order:2")  # 0.008: re-armed
    customer.finish(customer.generate("Three"))
    second = until(lambda: _told(customer)[1:], "it is told again", 40)[0]
    assert second["webhook_data"]["current_balance"] == 0.003
    assert second["webhook_delivery_id"] != first["webhook_delivery_id"]
    assert len(_told(customer)) == 2


def _buys(customer: Customer, dollars: str, reference: str) -> None:
    grant(
        customer.deployed.wallets,
        account_id=customer.account_id,
        amount=Money.of(dollars),
        reference=reference,
        now_ms=customer.deployed.now_ms(),
    )


# ── the books ────────────────────────────────────────────────────────────────────────────────────────────


def _verified(customer: Customer) -> Verification:
    runtime = customer.deployed

    def wait(is_written: Callable[[], bool]) -> None:
        until(is_written, "the journal is written")

    return verify_ledger(
        customer.account_id,
        wallets=runtime.wallets,
        ledger=runtime.ledger,
        generations=runtime.generations,
        wait=wait,
        now_ms=runtime.now_ms,
    )


def test_the_books_of_a_mixed_run_verify_while_it_runs_and_after_it(customer: Customer) -> None:
    prompts = [
        "A seal",
        "A seal [[replicate:failed]]",
        "A seal [[fault:moderation]]",
        "A seal [[fault:500]]",
        "A seal [[fault:slow:4]]",
    ]
    running = [customer.generate(prompt) for prompt in prompts]
    canceled = customer.generate("A seal [[fault:slow:20]]")
    assert _verified(customer).differences == ()
    assert customer.cancel(canceled).status == 200
    for generation_id in running:
        assert _verified(customer).differences == ()
        customer.finish(generation_id)
    verification = _verified(customer)
    assert verification.differences == ()
    assert verification.generations == 6
    assert verification.wallet == customer.account.wallet


def test_what_is_tampered_with_is_named(info: StackInfo, deployed: Runtime) -> None:
    customer = Customer.sign_up(info, deployed)
    generation_id = customer.generate("A seal")
    customer.finish(generation_id)
    customer.settle_down()
    assert _verified(customer).differences == ()
    deployed.dynamodb.update_item(
        TableName=deployed.setting("GENERATIONS_TABLE"),
        Key={"pk": {"S": customer.account_id}, "sk": {"S": generation_id}},
        UpdateExpression="SET price = :price",
        ExpressionAttributeValues={":price": {"N": "4000"}},
    )
    deployed.dynamodb.update_item(
        TableName=deployed.setting("WALLETS_TABLE"),
        Key={"account_id": {"S": customer.account_id}, "item": {"S": "wallet"}},
        UpdateExpression="SET balance = balance + :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    found = {(difference.code, difference.subject) for difference in _verified(customer).differences}
    assert found == {
        ("wrong_reserve", generation_id),
        ("wrong_settlement", generation_id),
        ("wrong_balance", "wallet"),
    }
