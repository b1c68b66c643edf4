"""What the deployed API refuses, each with its own code."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.stack.info import StackInfo
from tests.e2e.customer import IMAGE, Customer
from tidegate.runtime import Runtime

GENERATE = f"/v1/generate/image/{IMAGE}"
BODY = {"generation_prompt": "A seal"}


@pytest.mark.parametrize(
    ("status", "code", "path", "body"),
    [
        (400, "BSE2001", GENERATE, b"{not json"),
        (400, "BSE2001", GENERATE, b"[]"),
        (400, "BSE2001", GENERATE, {}),
        (400, "BSE2001", GENERATE, {**BODY, "generation_ratio": "7:5"}),
        (400, "BSE2001", GENERATE, {**BODY, "surprise": True}),
        (400, "BSE2012", GENERATE, {**BODY, "generation_provider_order": "nobody"}),
        (404, "BSE2011", "/v1/generate/image/no/such-model", BODY),
        (413, "BSE2010", GENERATE, {"generation_prompt": "x" * 200_000}),
        (404, "BSE3004", "/v1/nothing", BODY),
        (405, "BSE3005", "/v1/status", BODY),
    ],
)
def test_a_bad_request_gets_its_code(
    customer: Customer, status: int, code: str, path: str, body: Any
) -> None:
    reply = customer.call("POST", path, body)
    assert (reply.status, reply.code) == (status, code)
    assert reply.body["status"] == "error"
    assert reply.body["error"]["retryable"] is False


def test_a_wrong_key_and_no_key_are_told_apart(customer: Customer) -> None:
    assert customer.call("GET", "/v1/status", key="bye_wrong").code == "BSE1002"
    assert customer.call("GET", "/v1/status", authorization="").code == "BSE1001"


def test_a_key_without_the_scope_is_refused(info: StackInfo, deployed: Runtime) -> None:
    reader = Customer.sign_up(info, deployed, preset="read_only")
    reply = reader.submit("A seal")
    assert (reply.status, reply.code) == (403, "BSE1003")
    assert int(reply.headers["X-RateLimit-Limit"]) > 0


def test_an_empty_wallet_is_refused_and_nothing_starts(info: StackInfo, deployed: Runtime) -> None:
    pauper = Customer.sign_up(info, deployed, dollars="0")
    reply = pauper.submit("A seal")
    assert (reply.status, reply.code) == (402, "BSE1004")
    assert (
        deployed.listing.page(pauper.account_id, total=1, offset=0, limit=1, now_ms=deployed.now_ms()) == []
    )


def test_another_accounts_generation_is_not_there(
    customer: Customer, info: StackInfo, deployed: Runtime
) -> None:
    stranger = Customer.sign_up(info, deployed)
    generation_id = customer.generate("A seal")
    assert stranger.call("GET", f"/v1/content/{generation_id}").code == "BSE3001"
    assert stranger.cancel(generation_id).code == "BSE3001"
    assert customer.finish(generation_id)["generation_status"] == "succeeded"


def test_every_answer_carries_the_callers_window(customer: Customer) -> None:
    for reply in (customer.call("GET", "/v1/status"), customer.call("GET", "/v1/library/models")):
        assert reply.status == 200
        assert {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "X-Request-Id"} <= {
            *map(str, reply.headers)
        } or {name.lower() for name in reply.headers} >= {"x-ratelimit-limit", "x-request-id"}


def test_a_forged_callback_is_refused(customer: Customer) -> None:
    generation_id = customer.generate("A seal [[fault:slow:5]]")
    forged = {"id": "x", "status": "succeeded", "output": "https://evil.example/x.png"}
    for provider in ("replicate", "fal"):
        path = f"/callbacks/{provider}/{generation_id}/1/guessed-token"
        reply = customer.call("POST", path, json.dumps(forged).encode())
        assert reply.status in {401, 404}
    assert customer.finish(generation_id)["generation_status"] == "succeeded"
