"""What the gateway knows of itself, on the deployed stack: usage, health, breakers, and `fastest`."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tests.e2e.customer import LEARNING, Customer
from tests.e2e.lambdas import name_of
from tests.e2e.waiting import until
from tidegate.adapters.dynamodb import attempt_codec
from tidegate.domain.attempt import Attempt, AttemptStatus
from tidegate.domain.health import OPEN_S, State
from tidegate.domain.money import Money
from tidegate.domain.usage import ProviderUsage, day_of
from tidegate.runtime import Runtime

GENERATE = "POST /v1/generate/image"
BOTH = "replicate, fal"


def _usage(customer: Customer, days: int = 1) -> dict[str, Any]:
    reply = customer.call("GET", f"/v1/usage?days={days}")
    assert reply.status == 200, reply.body
    return dict(reply.body["data"])


def _endpoint(customer: Customer, name: str) -> dict[str, Any]:
    (found,) = [entry for entry in _usage(customer)["usage_endpoints"] if entry["endpoint"] == name]
    return dict(found)


def _providers(customer: Customer) -> dict[str, dict[str, Any]]:
    return {entry["provider"]: entry for entry in _usage(customer)["usage_providers"]}


def test_usage_is_what_the_account_did(customer: Customer) -> None:
    served = [customer.generate(f"A seal {n}", generation_provider_order="replicate") for n in range(2)]
    failed_over = customer.generate("A seal [[replicate:failed]]", generation_provider_order=BOTH)
    assert customer.submit("").code == "BSE2001"
    assert customer.submit("A seal", model="no/such").code == "BSE2011"
    assert customer.call("GET", "/v1/content/00000000-0000-7000-8000-000000000000").code == "BSE3001"
    for generation_id in (*served, failed_over):
        assert customer.finish(generation_id)["generation_status"] == "succeeded"

    assert _endpoint(customer, GENERATE) == {
        "endpoint": GENERATE,
        "total_requests": 5,
        "success_count": 3,
        "client_error_count": 2,
        "server_error_count": 0,
        "error_codes": {"BSE2001": 1, "BSE2011": 1},
    }
    assert _endpoint(customer, "GET /v1/content/{generation_id}")["error_codes"] == {"BSE3001": 1}
    counted = until(
        lambda: (
            {
                name: (
                    p["total_submissions"],
                    p["used_count"],
                    p["failed_count"],
                    p["wasted_estimated_cost"] > 0,
                )
                for name, p in _providers(customer).items()
            }
            == {"replicate": (3, 2, 1, True), "fal": (1, 1, 0, False)}
        ),
        "every attempt is counted",
    )
    assert counted
    usage = _usage(customer)
    assert (usage["usage_total_generations"], usage["usage_total_provider_submissions"]) == (3, 4)
    assert Money.of(repr(usage["usage_credit_balance"])) == customer.account.wallet.balance


def test_every_part_says_how_it_does(customer: Customer) -> None:
    parts = {}
    for part in ("inference/providers", "inference/models", "storage", "cache"):
        reply = customer.call("GET", f"/v1/health/{part}")
        assert reply.status == 200, reply.body
        parts[part] = reply.body["data"]
    storage, cache = parts["storage"], parts["cache"]
    assert (storage["service"], storage["healthy"]) == ("storage", True)
    assert storage["bucket"] == customer.info.outputs["OutputsBucket"]
    assert (cache["service"], cache["healthy"]) == ("redis", True)
    assert storage["latency_ms"] > 0
    assert {p["window"]["duration_seconds"] for p in parts["inference/providers"]["providers"]} == {300}
    assert parts["inference/models"]["models_total"] == len(parts["inference/models"]["models"])


def test_a_batch_that_comes_twice_counts_once(deployed: Runtime) -> None:
    now_ms = deployed.now_ms()
    account_id = f"twice-{now_ms}"
    attempt = Attempt(
        account_id=account_id,
        generation_id=account_id,
        number=1,
        provider="replicate",
        status=AttemptStatus.SUBMITTING,
        callback_token="token",
        cost=Money(3_000),
        started_at_ms=now_ms,
        deadline_ms=now_ms,
        lease_until_ms=now_ms,
    )
    images = {"NewImage": attempt_codec.to_item(attempt), "ApproximateCreationDateTime": now_ms / 1000}
    event = {"Records": [{"eventID": account_id, "eventName": "INSERT", "dynamodb": images}]}
    functions = deployed.client("lambda")
    telemetry = name_of(functions, "pipeline.telemetry.handler")
    for _ in range(3):
        answer = functions.invoke(FunctionName=telemetry, Payload=json.dumps(event).encode())
        assert "FunctionError" not in answer, answer["Payload"].read()
        answer["Payload"].read()
    functions.close()
    day = day_of(now_ms)
    (counted,) = deployed.usage.period(account_id, day, day).providers
    assert counted == ProviderUsage("replicate", 1, cost=Money(3_000))


def test_a_provider_that_keeps_failing_is_passed_over_and_comes_back(
    customer: Customer, deployed: Runtime
) -> None:
    for number in range(6):
        prompt = f"Seal {number} [[replicate:failed]]"
        generation_id = customer.generate(prompt, model=LEARNING, generation_provider_order=BOTH)
        assert customer.finish(generation_id)["generation_provider_used"] == "fal"

    def breaker_is(state: State) -> bool:
        found = deployed.models.state(LEARNING).breakers.get("replicate")
        return found is not None and found.state(deployed.now_ms()) is state

    until(lambda: breaker_is(State.OPEN), "the breaker opens")
    shown = customer.call("GET", "/v1/health/inference/providers").body["data"]
    assert {p["provider"]: p["status"] for p in shown["providers"]}["replicate"] == "degraded"
    assert shown["healthy"] is False

    def last_provider() -> str:
        reply = customer.submit("A seal", model=LEARNING)
        assert reply.status == 200, reply.body
        data = reply.body["data"]
        customer.finish(data["generation_id"])
        return str(data["generation_provider_order"][-1])

    until(lambda: last_provider() == "replicate", "fastest leaves it for the last")
    explicit = customer.generate("A seal", model=LEARNING, generation_provider_order=BOTH)
    assert customer.finish(explicit)["generation_provider_used"] == "fal"
    assert ("replicate", "used") not in customer.trail(explicit)

    # A minute later, without waiting for it: the next job of its own is the probe.
    broken = deployed.models.state(LEARNING).breakers["replicate"]
    opened_at_ms = deployed.now_ms() - OPEN_S * 1000
    earlier = replace(broken, opened_at_ms=opened_at_ms, probe_until_ms=None, version=broken.version + 1)
    assert deployed.models.save_breaker(LEARNING, "replicate", earlier, deployed.now_ms())

    def served_by_replicate() -> bool:
        generation_id = customer.generate("A seal", model=LEARNING, generation_provider_order=BOTH)
        return bool(customer.finish(generation_id)["generation_provider_used"] == "replicate")

    until(served_by_replicate, "a probe goes through")
    until(lambda: breaker_is(State.CLOSED), "the breaker closes")
