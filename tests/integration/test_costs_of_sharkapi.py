"""What SharkApi's endpoints cost. ``docs/costs.md`` shows these figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.metering import Meter, metering
from functions.shared import usage
from functions.sharkapi import api_job, generate, image, job, wallet_balance
from tidegate.domain.keys import SCOPES, Surface
from tidegate.domain.money import Money
from tidegate.runtime import Runtime
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
