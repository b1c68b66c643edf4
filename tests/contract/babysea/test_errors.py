"""Every error that can be provoked here: code, type, status, retry, and its headers (contracts §2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from functions.babysea import library_models, status
from tests.contract.babysea.events import event
from tests.contract.babysea.gateway import NOW_MS, WINDOW_END_S, Gateway, Reply
from tests.contract.babysea.stores import KEY, THROTTLED, TOKEN, UNREACHABLE, Generations, Keys, Stores
from tidegate.adapters.dynamodb.transaction import ConditionsFailed, StillInConflict
from tidegate.domain import errors
from tidegate.domain.errors import TidegateError
from tidegate.domain.keys import Surface
from tidegate.surfaces.babysea.errors import ERRORS

ABSENT = "00000000-0000-7000-8000-000000000000"
BODY = {"generation_prompt": "A baby seal"}
Provoke = Callable[[Gateway], Reply]


def _reused(gateway: Gateway) -> Reply:
    headers = {"idempotency-key": "order-1"}
    gateway.generate(body=BODY, headers=headers)
    return gateway.generate(body={"generation_prompt": "Another"}, headers=headers)


def _canceled_twice(gateway: Gateway) -> Reply:
    generation_id = gateway.generate().data["generation_id"]
    gateway.cancel(generation_id)
    return gateway.cancel(generation_id)


def _deleted_too_soon(gateway: Gateway) -> Reply:
    return gateway.delete(gateway.generate().data["generation_id"])


def _revoked(gateway: Gateway) -> Reply:
    key = next(key for key in gateway.runtime.keys.list(gateway.account_id))
    gateway.runtime.keys.revoke(key.key_hash)
    return gateway.status()


def _one_too_many(gateway: Gateway) -> Reply:
    _, token = gateway.open_account("1", plan="free")
    for _ in range(10):
        gateway.generate("bfl/flux-schnell", {}, token=token)
    return gateway.generate(token=token)


def _three_at_once(gateway: Gateway) -> Reply:
    _, token = gateway.open_account("1", plan="free")
    return [gateway.generate(token=token) for _ in range(3)][-1]


@pytest.mark.parametrize(
    ("provoke", "expected", "code", "kind"),
    [
        (lambda g: g.status(token=None), 401, "BSE1001", "authentication_required"),
        (lambda g: g.status(token="bye_wrong"), 401, "BSE1002", "authentication_failed"),
        (_revoked, 401, "BSE1002", "authentication_failed"),
        (
            lambda g: g.status(token=g.add_key(expires_at_ms=1)),
            401,
            "BSE1002",
            "authentication_failed",
        ),
        (
            lambda g: g.status(token=g.add_key(surface=Surface.BANATIE)),
            401,
            "BSE1002",
            "authentication_failed",
        ),
        (
            lambda g: g.status(token=g.add_key(scopes=("generation:write",))),
            403,
            "BSE1003",
            "insufficient_permissions",
        ),
        (
            lambda g: g.generate(token=g.open_account("0")[1]),
            402,
            "BSE1004",
            "insufficient_credits",
        ),
        (_one_too_many, 429, "BSE1005", "rate_limit_exceeded"),
        (_three_at_once, 429, "BSE1009", "concurrency_limit_exceeded"),
        (lambda g: g.generate(body={}), 400, "BSE2001", "invalid_input"),
        (
            lambda g: g.generate(body={**BODY, "generation_seed": -1}),
            422,
            "BSE2008",
            "parameter_out_of_range",
        ),
        (lambda g: g.generate(raw="x" * 200_000), 413, "BSE2010", "payload_too_large"),
        (lambda g: g.generate("acme/none"), 404, "BSE2011", "model_not_found"),
        (
            lambda g: g.generate(body={**BODY, "generation_provider_order": "bfl"}),
            400,
            "BSE2012",
            "unsupported_provider_order",
        ),
        (
            lambda g: g.generate(headers={"idempotency-key": "a b"}),
            400,
            "BSE2014",
            "invalid_idempotency_key",
        ),
        (_reused, 409, "BSE2015", "idempotency_key_reused"),
        (lambda g: g.get(ABSENT), 404, "BSE3001", "generation_not_found"),
        (lambda g: g.cancel(ABSENT), 404, "BSE3001", "generation_not_found"),
        (lambda g: g.delete(ABSENT), 404, "BSE3001", "generation_not_found"),
        (_deleted_too_soon, 409, "BSE3003", "generation_in_progress"),
        (_canceled_twice, 409, "BSE3002", "generation_not_cancelable"),
        (lambda g: g.elsewhere("GET", "/nowhere"), 404, "BSE3004", "route_not_found"),
        (lambda g: g.elsewhere("DELETE", "/v1/status"), 405, "BSE3005", "method_not_allowed"),
    ],
)
def test_an_error_has_its_own_code(
    gateway: Gateway, provoke: Provoke, expected: int, code: str, kind: str
) -> None:
    reply = provoke(gateway)
    assert reply.status == expected
    assert reply.body.keys() == {"status", "request_id", "error"}
    assert reply.body["request_id"] == reply.headers["x-request-id"]
    assert reply.body["request_id"].startswith("req_")
    assert reply.error.keys() - {"details"} == {"code", "type", "message", "retryable"}
    assert (reply.error["code"], reply.error["type"]) == (code, kind)
    assert reply.error["message"]
    assert reply.error["retryable"] is (expected == 429)


def test_an_address_off_the_keys_list_is_refused() -> None:
    reply = Stores(keys=Keys(replace(KEY, allowlist=("203.0.113.0/24",)))).generate()
    assert (reply.status, reply.error["code"], reply.error["type"]) == (403, "BSE1007", "ip_not_allowed")
    assert Stores(keys=Keys(replace(KEY, allowlist=("198.51.100.7",)))).generate().status == 200


def test_the_account_of_a_key_may_be_gone() -> None:
    gone = ConditionsFailed([{"Code": "ConditionalCheckFailed"}, {"Code": "None"}])
    reply = Stores(generations=Generations([gone])).generate()
    assert (reply.status, reply.error["code"], reply.error["type"]) == (404, "BSE1008", "account_not_found")


def test_a_first_request_in_progress_asks_for_two_seconds() -> None:
    busy = StillInConflict([{"Code": "None"}, {"Code": "None"}, {"Code": "TransactionConflict"}])
    reply = Stores(generations=Generations([busy])).generate(headers={"idempotency-key": "order-1"})
    assert (reply.status, reply.error["code"]) == (409, "BSE2016")
    assert reply.error["type"] == "idempotency_in_progress"
    assert reply.error["retryable"] is True
    assert reply.error["message"] == (
        "A request with this Idempotency-Key is still being processed. "
        "Retry once the original request completes."
    )
    assert reply.headers["retry-after"] == "2"
    assert reply.headers["x-ratelimit-limit"] == "10"


@pytest.mark.parametrize("refusal", [UNREACHABLE, THROTTLED], ids=["unreachable", "throttled"])
def test_a_store_that_is_down_is_worth_a_retry_before_anything_is_held(refusal: Exception) -> None:
    reply = Stores(keys=Keys(refusal=refusal)).generate()
    assert (reply.status, reply.error["code"]) == (503, "BSE5002")
    assert reply.error["type"] == "service_unavailable"
    assert reply.error["retryable"] is True
    assert "dynamodb" not in reply.error["message"]


def test_a_busy_wallet_is_worth_a_retry() -> None:
    busy = StillInConflict([{"Code": "TransactionConflict"}, {"Code": "None"}])
    reply = Stores(generations=Generations([busy])).generate()
    assert (reply.status, reply.error["code"], reply.error["retryable"]) == (503, "BSE5002", True)


def test_a_lost_answer_that_cannot_be_looked_up_is_never_retried() -> None:
    reply = Stores(generations=Generations([UNREACHABLE], unreadable=UNREACHABLE)).generate()
    assert (reply.status, reply.error["code"]) == (503, "BSE5003")
    assert reply.error["type"] == "submit_outcome_unknown"
    assert reply.error["retryable"] is False


def test_a_lost_answer_without_a_trace_is_worth_a_retry() -> None:
    reply = Stores(generations=Generations([UNREACHABLE])).generate()
    assert (reply.status, reply.error["code"], reply.error["retryable"]) == (503, "BSE5002", True)


def test_a_fault_of_ours_leaks_nothing_and_is_not_repeated_by_a_post() -> None:
    stores = Stores(generations=Generations([RuntimeError("secret detail")]))
    reply = stores.generate()
    assert (reply.status, reply.error["code"], reply.error["type"]) == (500, "BSE5001", "internal_error")
    assert reply.error["retryable"] is False
    assert "secret" not in str(reply.body)


def test_a_fault_of_ours_may_be_repeated_by_a_get() -> None:
    reply = Stores(generations=Generations(unreadable=RuntimeError("secret detail"))).get(ABSENT)
    assert (reply.status, reply.error["code"], reply.error["retryable"]) == (500, "BSE5001", True)


def test_a_rate_limit_says_how_long_to_wait(gateway: Gateway) -> None:
    reply = _one_too_many(gateway)
    seconds = WINDOW_END_S - gateway.runtime.now_ms() // 1000
    assert reply.error["message"] == (
        "Rate limit exceeded. Please retry after the period indicated in the Retry-After header."
    )
    assert reply.error["details"] == {"limit": 10, "retry_after_seconds": seconds}
    assert reply.headers["retry-after"] == str(seconds)
    assert reply.headers["x-ratelimit-limit"] == "10"
    assert reply.headers["x-ratelimit-remaining"] == "0"
    assert reply.headers["x-ratelimit-reset"] == str(WINDOW_END_S)


def test_a_concurrency_limit_asks_for_five_seconds(gateway: Gateway) -> None:
    reply = _three_at_once(gateway)
    assert reply.headers["retry-after"] == "5"
    assert reply.headers["x-ratelimit-limit"] == "10"
    assert reply.error["details"] == {"limit": 2, "retry_after_seconds": 5}


def test_short_of_credits_the_message_is_the_hosted_ones(gateway: Gateway) -> None:
    reply = gateway.generate(token=gateway.open_account("0.004")[1])
    assert reply.error["message"] == "Insufficient credits. Please upgrade your plan or wait for renewal."


def test_a_suspended_account_is_refused(gateway: Gateway) -> None:
    gateway.runtime.wallets.suspend(gateway.account_id, NOW_MS)
    reply = gateway.generate()
    assert (reply.status, reply.error["code"], reply.error["retryable"]) == (403, "BSE1010", False)
    assert gateway.balance() == ("$1", "$0")


def test_a_caller_that_is_not_known_has_no_window(gateway: Gateway) -> None:
    assert not [name for name in gateway.status(token=None).headers if name.startswith("x-ratelimit")]


def test_a_refused_scope_is_named_and_counted(gateway: Gateway) -> None:
    reply = gateway.status(token=gateway.add_key(scopes=("generation:write",)))
    assert reply.error["details"] == {"required_scope": "account:read"}
    assert reply.headers["x-ratelimit-remaining"] == "599"


def _authorized(header: str) -> Reply:
    headers = {"authorization": header}
    return Stores().send(status.handler, event("GET", "/v1/status", headers=headers))


@pytest.mark.parametrize("header", ["Basic {}", "{}", "Bearer", "Bearer  ", "Token {}"])
def test_a_key_is_read_from_a_bearer_header_only(header: str) -> None:
    assert _authorized(header.format(TOKEN)).error["code"] == "BSE1001"


def test_the_scheme_is_read_in_any_case() -> None:
    assert _authorized(f"bearer {TOKEN}").status == 200


def test_every_code_stands_for_one_thing() -> None:
    kinds: dict[str, set[tuple[str, int, bool]]] = {}
    for error in ERRORS.values():
        kinds.setdefault(error.code, set()).add((error.type, error.status, error.retryable))
    assert all(len(kind) == 1 for kind in kinds.values())


def test_every_error_that_a_request_can_meet_has_a_code() -> None:
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, TidegateError)
    ]
    assert len(kinds) > 20
    assert ERRORS.keys() >= {kind.code for kind in kinds}


def test_an_error_that_the_table_lacks_is_a_fault_of_ours() -> None:
    class Novel(TidegateError):
        code = "novel"

    reply = Stores(generations=Generations([Novel("Something new.")])).generate()
    assert (reply.status, reply.error["code"], reply.error["retryable"]) == (500, "BSE5001", False)


@pytest.mark.parametrize(
    "spoiled",
    [
        {},
        {"requestContext": {}},
        {"rawPath": None},
        {"headers": "none"},
        {"body": "a", "isBase64Encoded": True},
    ],
)
def test_an_event_that_cannot_be_read_ends_in_the_envelope_too(spoiled: dict[str, Any]) -> None:
    sent = event("GET", "/v1/library/models", token=TOKEN) | spoiled if spoiled else {}
    reply = Stores().send(library_models.handler, sent)
    assert (reply.status, reply.error["code"]) == (500, "BSE5001")
