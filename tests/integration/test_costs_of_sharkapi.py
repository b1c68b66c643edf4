"""What SharkApi's endpoints cost. ``docs/costs.md`` shows these figures."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.metering import Meter, metering
from functions.shared import usage
from functions.sharkapi import api_job, generate, image, job, keys, wallet_balance, wallet_topup
from tidegate.adapters.http import HttpClient, HttpResponse
from tidegate.domain.keys import SCOPES, Surface, hash_key
from tidegate.domain.limits import Bucket
from tidegate.domain.money import Money
from tidegate.runtime import Runtime
from tidegate.surfaces.payments import take_notice
from tidegate.usecases.accounts import create_account, create_key, grant

COSTS = (Path(__file__).parents[2] / "docs" / "costs.md").read_text(encoding="utf-8")
PROMPT = "A shark swimming in neon-lit deep ocean, golden hour, 35 mm photograph"
BODY = json.dumps({"mode": "1k", "prompt": PROMPT})


@pytest.fixture
def token(runtime: Runtime) -> str:
    now_ms = runtime.now_ms()
    account_id = create_account(runtime.wallets, name="Reef", now_ms=now_ms).account_id
    grant(runtime.wallets, account_id=account_id, amount=Money.of("10"), reference="welcome", now_ms=now_ms)
    text, _ = create_key(
        runtime.keys,
        runtime.wallets,
        account_id=account_id,
        surface=Surface.SHARKAPI,
        scopes=SCOPES,
        name="test",
        now_ms=now_ms,
    )
    return text


def _send(runtime: Runtime, token: str, handler: Any, route: str, **more: Any) -> tuple[list[str], Any]:
    """What a request takes, and its answer."""
    method, _, path = route.partition(" ")
    event = {
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"authorization": f"Bearer {token}", **more.pop("headers", {})},
        "pathParameters": {},
        "requestContext": {"http": {"method": method, "sourceIp": "203.0.113.9"}},
        "body": BODY if method == "POST" else "",
        **more,
    }
    with metering() as meter:
        response = handler.respond(event, runtime)
    assert response.status < 300, response.body
    return _figures(meter), response.body


def _figures(meter: Meter) -> list[str]:
    return [str(meter.total_calls), f"{meter.write_units:g}", f"{meter.read_units:g}"]


def _shown(row: str) -> list[str]:
    """The figures of a row of the table in docs/costs.md."""
    (line,) = [line for line in COSTS.splitlines() if line.startswith(f"| {row} |")]
    return [cell.strip() for cell in line.strip("|").split("|")][1:4]


@pytest.mark.parametrize(
    ("handler", "route"), [(generate.handler, "POST /v1/generate"), (image.handler, "POST /api/v1/image")]
)
def test_a_submit_is_two_calls_in_both_dialects(
    runtime: Runtime, token: str, handler: Any, route: str
) -> None:
    _send(runtime, token, handler, route)  # a warm environment knows how the providers stand
    assert _send(runtime, token, handler, route)[0] == _shown("SharkApi: submit")
    figures, _ = _send(runtime, token, handler, route, headers={"idempotency-key": "1"})
    assert figures == _shown("SharkApi: submit with Idempotency-Key")


@pytest.mark.parametrize(
    ("handler", "route"), [(job.handler, "GET /v1/jobs/"), (api_job.handler, "GET /api/v1/jobs/")]
)
def test_a_poll_is_two_calls_in_both_dialects(runtime: Runtime, token: str, handler: Any, route: str) -> None:
    job_id = _send(runtime, token, generate.handler, "POST /v1/generate")[1]["job_id"]
    figures, _ = _send(runtime, token, handler, route + job_id, pathParameters={"job_id": job_id})
    assert figures == _shown("SharkApi: poll")


def test_a_poll_that_waits_asks_less_and_less_often(
    runtime: Runtime, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = _send(runtime, token, generate.handler, "POST /v1/generate")[1]["job_id"]
    passed_ms = [0]
    now_ms = runtime.now_ms()
    monkeypatch.setattr(runtime, "now_ms", lambda: now_ms + passed_ms[0])
    monkeypatch.setattr(runtime, "pause", lambda s: passed_ms.__setitem__(0, passed_ms[0] + int(s * 1000)))
    figures, body = _send(
        runtime,
        token,
        job.handler,
        f"GET /v1/jobs/{job_id}",
        pathParameters={"job_id": job_id},
        rawQueryString="wait=60",
    )
    assert body["status"] == "queued"
    assert 23_000 < passed_ms[0] <= 25_000
    assert figures == _shown("SharkApi: poll that waits 25 s")


def test_the_balance_is_two_calls(runtime: Runtime, token: str) -> None:
    assert _send(runtime, token, wallet_balance.handler, "GET /v1/wallet/balance")[0] == _shown(
        "SharkApi: balance"
    )


def test_a_history_of_fifty_jobs_is_two_calls(runtime: Runtime, token: str) -> None:
    for _ in range(50):
        _send(runtime, token, generate.handler, "POST /v1/generate")
    figures, body = _send(runtime, token, usage.handler, "GET /v1/usage")
    assert body["total"] == 50
    assert figures == _shown("SharkApi: usage of 50 jobs")


@pytest.fixture
def stripe(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> str:
    """A Stripe that opens sessions; its signing secret."""
    secret = "whsec_5f2a"
    values = {"sealing_key": "0" * 32, "providers": {"stripe": {"api_key": "sk_1", "webhook_secret": secret}}}
    runtime.client("secretsmanager").put_secret_value(
        SecretId=runtime.setting("SECRET_ID"), SecretString=json.dumps(values)
    )
    session = json.dumps({"id": "cs_1", "url": "https://checkout.example.com/cs_1"}).encode()
    monkeypatch.setattr(HttpClient, "request", lambda *_, **__: HttpResponse(200, {}, session))
    return secret


@pytest.mark.usefixtures("stripe")
def test_opening_a_top_up_is_two_calls(runtime: Runtime, token: str) -> None:
    more = {"body": json.dumps({"amount": 20})}
    _send(runtime, token, wallet_topup.handler, "POST /v1/wallet/topup", **more)  # reads the secret
    figures, _ = _send(runtime, token, wallet_topup.handler, "POST /v1/wallet/topup", **more)
    assert figures == _shown("SharkApi: open a top-up")


def test_a_payments_notice_is_one_call(runtime: Runtime, token: str, stripe: str) -> None:
    key = runtime.keys.count_request(hash_key(token), Bucket.GENERAL, runtime.now_ms())
    assert key is not None
    now_s = runtime.now_ms() // 1000
    take_notice(_notice(stripe, "unknown", now_s), runtime)  # reads the secret
    for _ in range(2):  # a transaction that is refused is paid for as well
        with metering() as meter:
            assert take_notice(_notice(stripe, key[0].account_id, now_s), runtime).status == 200
        assert _figures(meter) == _shown("SharkApi: a payment's notice, each time")


def _notice(secret: str, account_id: str, now_s: int) -> dict[str, Any]:
    session = {
        "id": "cs_1",
        "metadata": {"account_id": account_id},
        "amount_total": 2000,
        "currency": "usd",
        "payment_status": "paid",
    }
    body = json.dumps({"type": "checkout.session.completed", "data": {"object": session}})
    signature = hmac.new(secret.encode(), f"{now_s}.{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "rawPath": "/payments/stripe",
        "headers": {"stripe-signature": f"t={now_s},v1={signature}"},
        "requestContext": {"http": {"method": "POST", "sourceIp": "203.0.113.9"}},
        "body": body,
    }


def test_another_token_is_seven_calls(runtime: Runtime, token: str) -> None:
    figures, _ = _send(runtime, token, keys.handler, "POST /api/keys", body=json.dumps({"name": "x"}))
    assert figures == _shown("SharkApi: another token")
