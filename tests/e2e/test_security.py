"""What an attacker with a key, or without one, gets from the deployed stack: nothing (contracts §10)."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.stack.info import StackInfo
from tests.e2e.books import entries_by_generation, verified
from tests.e2e.customer import IMAGE, Customer, Reply, http
from tidegate.domain.money import ZERO
from tidegate.domain.wallet import MovementKind
from tidegate.runtime import Runtime
from tidegate.surfaces.babysea.routes import ROUTES

GENERATE = f"/v1/generate/image/{IMAGE}"
FILM = "bytedance/seedance-1.5-pro"
NEVER = "00000000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def attacker(info: StackInfo, deployed: Runtime) -> Iterator[Customer]:
    """A customer who pays nothing for what is refused: nothing may be held or spent at the end."""
    attacker = Customer.sign_up(info, deployed, dollars="3")
    yield attacker
    assert attacker.account.wallet.held == ZERO
    assert attacker.spent == ZERO
    assert (
        attacker.deployed.listing.page(
            attacker.account_id, total=1, offset=0, limit=1, now_ms=attacker.deployed.now_ms()
        )
        == []
    )
    assert verified(attacker).differences == ()


def _refused(reply: Reply, *statuses: int) -> None:
    """A refusal in the envelope, whatever was sent."""
    assert reply.status in statuses, (reply.status, reply.body)
    assert reply.body["status"] == "error"
    assert set(reply.body["error"]) >= {"code", "type", "message", "retryable"}
    assert "Traceback" not in json.dumps(reply.body)


# ── who is calling ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "headers",
    [
        {"x_api_key": "{key}"},
        {"api_key": "{key}"},
        {"cookie": "authorization=Bearer {key}"},
        {"proxy_authorization": "Bearer {key}"},
        {"x_authorization": "Bearer {key}"},
        {"x_account_id": "{account}", "x_forwarded_user": "{account}", "x_amzn_oidc_identity": "{account}"},
    ],
)
def test_only_the_authorization_header_says_who_calls(attacker: Customer, headers: dict[str, str]) -> None:
    sent = {
        name: text.format(key=attacker.key, account=attacker.account_id) for name, text in headers.items()
    }
    reply = attacker.call(
        "GET", f"/v1/status?key={attacker.key}&api_key={attacker.key}", authorization="", **sent
    )
    _refused(reply, 401)
    assert reply.code == "BSE1001"


@pytest.mark.parametrize(
    "change", [str.upper, str.lower, lambda key: key[:-1], lambda key: key + "A", lambda _: "bye_"]
)
def test_a_key_that_is_nearly_right_is_wrong(attacker: Customer, change: Any) -> None:
    _refused(attacker.call("GET", "/v1/status", key=change(attacker.key)), 401)


def test_every_route_asks_for_a_key(attacker: Customer) -> None:
    for method, template in ROUTES:
        path = template.replace("{generation_id}", NEVER).replace("{model_identifier+}", IMAGE)
        reply = attacker.call(method, path, authorization="")
        if path.startswith(("/v1/openapi", "/v1/docs")):
            continue
        _refused(reply, 401)


# ── hostile ids ──────────────────────────────────────────────────────────────────────────────────────────

IDS = [
    "..%2f..%2fetc%2fpasswd",
    "..%5c..%5cwindows",
    "%2e%2e",
    "%00",
    "' OR '1'='1".replace(" ", "%20"),
    "attempt%2301",
    "idempotency%23x",
    "$%7Bjndi:ldap://x%7D",
    "%F0%9F%8C%8A",
    "%ff%fe",
    "x" * 4_000,
    f"{NEVER}%20",
    f"{NEVER}%0a",
    "-1",
    "null",
]


@pytest.mark.parametrize("hostile", IDS, ids=lambda text: text[:24])
def test_a_hostile_id_is_an_unknown_one(attacker: Customer, hostile: str) -> None:
    for method, template in ROUTES:
        if "{generation_id}" in template:
            _refused(attacker.call(method, template.replace("{generation_id}", hostile)), 404)
    if "%0a" in hostile:  # the emulator's own router knows no line breaks
        return
    for path in (f"/v1/estimate/{hostile}", f"/v1/estimate/{hostile}/{hostile}"):
        _refused(attacker.call("GET", path), 404)
    _refused(attacker.call("POST", f"/v1/generate/image/{hostile}", {"generation_prompt": "A seal"}), 404)


# ── hostile bodies ───────────────────────────────────────────────────────────────────────────────────────

PROMPT = b'"generation_prompt": "A seal"'
BODIES = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[{}]",
    "a text": b'"A seal"',
    "a number": b"1e999",
    "not JSON": b"{generation_prompt: 1}",
    "half": b'{"generation_prompt": "A se',
    "deep": b'{"generation_prompt": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "a huge number": b'{"generation_output_number": 1' + b"0" * 5_000 + b", " + PROMPT + b"}",
    "a prompt of another type": b'{"generation_prompt": {"$ne": null}}',
    "no prompt": b'{"generation_prompt": "   "}',
    "NaN": b'{"generation_seed": NaN, ' + PROMPT + b"}",
    "Infinity": b'{"generation_output_number": Infinity, ' + PROMPT + b"}",
    "a prototype": b'{"__proto__": {"price": 0}, ' + PROMPT + b"}",
    "a price": b'{"price": 0, "cost": 0, ' + PROMPT + b"}",
    "multipart": b"--x\r\nContent-Disposition: form-data; name=generation_prompt\r\n\r\nA seal\r\n--x--",
    "too large": b'{"generation_prompt": "' + b"x" * 150_000 + b'"}',
}


@pytest.mark.parametrize("name", BODIES)
def test_a_hostile_body_is_refused(attacker: Customer, name: str) -> None:
    _refused(attacker.call("POST", GENERATE, BODIES[name]), 400, 413, 422)


@pytest.mark.parametrize(
    "value", [True, None, "1", [1], {"a": 1}, 1.5, 0, -1, 101, 10**30, -(10**30)], ids=repr
)
@pytest.mark.parametrize(
    "field", ["generation_output_number", "generation_ratio", "generation_output_format"]
)
def test_a_value_of_another_kind_is_refused_by_name(attacker: Customer, field: str, value: object) -> None:
    wrong: dict[str, Any] = {field: value}
    reply = attacker.submit("A seal", **wrong)
    _refused(reply, 400, 422)
    assert reply.body["error"]["details"]["field"] == field


# ── prices ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "duration", [0, -5, -0.0, 0.0001, 1e-300, 10**9, 1e300, True, "5", None, [5]], ids=repr
)
def test_no_duration_makes_a_video_cheap(attacker: Customer, duration: object) -> None:
    reply = attacker.submit("It swims", kind="video", model=FILM, generation_duration=duration)
    _refused(reply, 400, 422)
    assert reply.body["error"]["details"]["field"] == "generation_duration"


@pytest.mark.parametrize(
    "count", ["0", "-1", "-9" * 40, "1", "100", "9" * 400, "1e3", "0x10", "٣", "", "NaN"]
)
@pytest.mark.parametrize("duration", ["-5", "0", "4", "1e3", "9" * 30, "NaN", "Infinity"])
def test_no_estimate_is_at_or_below_zero(attacker: Customer, count: str, duration: str) -> None:
    reply = attacker.call(
        "GET", f"/v1/estimate/{FILM}?count={count}&duration={duration}".replace("٣", "%D9%A3")
    )
    if reply.status != 200:
        _refused(reply, 400, 422)
        return
    data = reply.body["data"]
    assert data["cost_per_generation"] > 0
    assert math.isfinite(data["cost_total_consumed"])
    assert data["cost_total_consumed"] >= data["cost_per_generation"]
    assert 1 <= data["assets_count"] <= 100


# ── methods ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "CONNECTED"])
def test_no_other_method_does_anything(attacker: Customer, method: str) -> None:
    sent = {"authorization": f"Bearer {attacker.key}", "content-type": "application/json"}
    body = json.dumps({"generation_prompt": "A seal"}).encode()
    for _, template in ROUTES:
        path = template.replace("{generation_id}", NEVER).replace("{model_identifier+}", IMAGE)
        url = attacker.info.base_url + path
        answer = http.request(method, url, headers=sent, body=body, retries=False, timeout=30)
        assert answer.status in ({200, 204, 405} if method == "OPTIONS" else {405}), path
        assert attacker.key.encode() not in answer.data  # TRACE would send it back


def test_a_method_in_a_header_or_a_query_is_not_the_method(info: StackInfo, deployed: Runtime) -> None:
    customer = Customer.sign_up(info, deployed)
    generation_id = customer.generate("A seal", generation_output_format="jpg")
    record = customer.finish(generation_id)
    path = f"/v1/content/{generation_id}"
    for name in ("x_http_method_override", "x_http_method", "x_method_override"):
        for wanted in ("DELETE", "POST"):
            reply = customer.call("GET", f"{path}?_method={wanted}&method={wanted}", **{name: wanted})
            assert (reply.status, reply.body["data"]) == (200, record)
            assert customer.call("POST", path, {"_method": wanted}, **{name: wanted}).status == 405


# ── at the same time ─────────────────────────────────────────────────────────────────────────────────────


def test_sixteen_cancels_at_once_refund_once(info: StackInfo, deployed: Runtime) -> None:
    customer = Customer.sign_up(info, deployed)
    generation_id = customer.generate("A seal [[fault:slow:60]]")
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: customer.cancel(generation_id), range(16)))
    assert Counter(reply.status for reply in replies) == {200: 1, 409: 15}
    assert customer.spent == ZERO
    assert customer.books_are_exact()
    assert entries_by_generation(customer) == {generation_id: (MovementKind.RESERVE, MovementKind.REFUND)}


def test_who_calls_wrongly_leaves_no_trace_in_the_keys(attacker: Customer) -> None:
    before = attacker.call("GET", "/v1/status").body["data"]
    attacker.call("GET", "/v1/status", key=attacker.key + "x")
    after = attacker.call("GET", "/v1/status").body["data"]
    assert {**after, "apikey_last_used_at": None} == {**before, "apikey_last_used_at": None}
