"""Where a request comes from: the peer that API Gateway saw, whatever the caller says (contracts §3, §4)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from functions.babysea import status
from tests.contract.babysea.events import ADDRESS, event
from tests.contract.babysea.gateway import NOW_MS, WINDOW_END_S, Gateway, Reply
from tests.contract.babysea.stores import KEY, THROTTLED, Keys, Stores
from tidegate.domain.client_address import source_of
from tidegate.domain.keys import hash_key
from tidegate.domain.limits import FAILED_ATTEMPTS, Bucket

ELSEWHERE = "203.0.113.9"
CLAIMS = {
    "x-forwarded-for": ELSEWHERE,
    "forwarded": f"for={ELSEWHERE}",
    "x-real-ip": ELSEWHERE,
    "true-client-ip": ELSEWHERE,
    "cf-connecting-ip": ELSEWHERE,
    "x-client-ip": ELSEWHERE,
}


def _ask(gateway: Gateway, token: str, address: str = ADDRESS, **headers: str) -> Reply:
    sent = event("GET", "/v1/status", token=token, headers=headers)
    sent["requestContext"]["http"]["sourceIp"] = address
    return gateway.send(status.handler, sent)


def _wear_out(gateway: Gateway, address: str) -> list[int]:
    return [_ask(gateway, f"bye_{n}", address).status for n in range(FAILED_ATTEMPTS)]


@pytest.mark.parametrize("name", CLAIMS)
def test_a_header_cannot_claim_an_allowed_address(gateway: Gateway, name: str) -> None:
    token = gateway.add_key(allowlist=[ELSEWHERE])
    reply = _ask(gateway, token, **{name: CLAIMS[name]})
    assert (reply.status, reply.error["code"]) == (403, "BSE1007")
    assert _ask(gateway, token, ELSEWHERE, **{name: ADDRESS}).status == 200


def test_sixty_wrong_keys_a_minute_are_told_apart_from_the_next_one(gateway: Gateway) -> None:
    assert set(_wear_out(gateway, "198.51.100.60")) == {401}
    reply = _ask(gateway, "bye_61", "198.51.100.60")
    assert (reply.status, reply.error["code"]) == (429, "BSE1006")
    assert (reply.error["type"], reply.error["retryable"]) == ("auth_rate_limited", True)


def test_a_limited_address_is_told_how_long_to_wait(gateway: Gateway) -> None:
    _wear_out(gateway, "198.51.100.61")
    reply = _ask(gateway, "bye_61", "198.51.100.61")
    seconds = WINDOW_END_S - NOW_MS // 1000
    assert reply.error["details"] == {"limit": 60, "retry_after_seconds": seconds}
    assert reply.headers["retry-after"] == str(seconds)
    assert reply.headers["x-ratelimit-limit"] == "60"
    assert reply.headers["x-ratelimit-remaining"] == "0"
    assert reply.headers["x-ratelimit-reset"] == str(WINDOW_END_S)
    gateway.runtime.time_ms = NOW_MS + 60_000
    assert _ask(gateway, "bye_61", "198.51.100.61").status == 401


def test_a_right_key_works_from_a_limited_address_and_is_never_counted(gateway: Gateway) -> None:
    address = "198.51.100.62"
    for _ in range(FAILED_ATTEMPTS + 1):
        assert _ask(gateway, gateway.token, address).status == 200
    assert set(_wear_out(gateway, address)) == {401}
    assert _ask(gateway, "bye_61", address).status == 429
    assert _ask(gateway, gateway.token, address).status == 200


def test_a_header_cannot_move_the_count_to_another_address(gateway: Gateway) -> None:
    _wear_out(gateway, "198.51.100.63")
    reply = _ask(gateway, "bye_61", "198.51.100.63", **CLAIMS)
    assert reply.error["code"] == "BSE1006"
    assert _ask(gateway, "bye_61", ELSEWHERE, **CLAIMS).error["code"] == "BSE1002"


def test_a_request_without_a_key_guesses_nothing_and_counts_nothing(gateway: Gateway) -> None:
    for _ in range(FAILED_ATTEMPTS + 1):
        assert gateway.status(token=None).status == 401
    assert _ask(gateway, "bye_1").error["code"] == "BSE1002"


def test_no_address_and_no_wrong_key_is_stored(gateway: Gateway) -> None:
    address = "198.51.100.64"
    _ask(gateway, "bye_wrong", address)
    items = gateway.runtime.dynamodb.scan(TableName="keys")["Items"]
    (counter,) = [item for item in items if source_of(address) in item["key_hash"]["S"]]
    assert counter["failures"] == {"N": "1"}
    assert int(counter["ttl"]["N"]) == WINDOW_END_S + 60
    stored = str(items)
    assert address not in stored
    assert "bye_wrong" not in stored
    assert hash_key("bye_wrong") not in stored


def test_a_stolen_key_without_its_address_cannot_use_up_the_accounts_window(gateway: Gateway) -> None:
    account_id, own = gateway.open_account("1", plan="free")
    stolen = gateway.add_key(account_id, allowlist=["198.51.100.7"])
    assert {_ask(gateway, stolen, ELSEWHERE).status for _ in range(40)} == {403}
    reply = _ask(gateway, own, ELSEWHERE)
    assert (reply.status, reply.headers["x-ratelimit-remaining"]) == (200, "29")


def test_a_window_that_is_past_is_not_taken_back(gateway: Gateway) -> None:
    token = gateway.add_key(allowlist=[ELSEWHERE])
    key = next(key for key in gateway.runtime.keys.list(gateway.account_id) if key.allowlist)
    gateway.runtime.keys.take_back(key, Bucket.GENERAL, NOW_MS)
    assert _ask(gateway, token, ELSEWHERE).headers["x-ratelimit-remaining"] == "599"


def test_a_request_that_cannot_be_taken_back_is_refused_all_the_same() -> None:
    keys = Keys(replace(KEY, allowlist=("203.0.113.0/24",)), take_back_refusal=THROTTLED)
    assert Stores(keys=keys).generate().error["code"] == "BSE1007"
