"""SharkApi's clients on the deployed stack: the documented walks, top-ups, one wallet for all surfaces."""

from __future__ import annotations

import base64
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

from cli.main import app
from local.stack.stack import Stack
from tests.e2e.books import entries_by_generation, verified
from tests.e2e.customer import Customer, http
from tests.e2e.sharkapi import ended, speaking_sharkapi
from tests.e2e.site import Site
from tidegate.domain.money import Money
from tidegate.domain.wallet import MovementKind

INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ROUNDS = 2
PROMPT = "A shark swimming in neon-lit deep ocean"


@pytest.fixture
def shark(customer: Customer) -> Customer:
    """A customer with a dollar who speaks SharkApi."""
    return speaking_sharkapi(customer)


def _fits(body: dict[str, Any], expected: dict[str, Any]) -> None:
    """Hold every field of an answer; a compiled pattern stands for texts that are never the same."""
    assert body.keys() == expected.keys()
    for name, value in expected.items():
        if isinstance(value, re.Pattern):
            assert value.fullmatch(str(body[name])), (name, body[name])
        else:
            assert body[name] == value, name


def _picture(url: str) -> Image.Image:
    answer = http.request("GET", url, timeout=30)
    assert answer.status == 200
    return Image.open(io.BytesIO(answer.data))


# ── the documented walks, field by field ─────────────────────────────────────────────────────────────────


def test_the_walk_of_the_first_dialect(shark: Customer) -> None:
    base = shark.info.base_url
    submitted = shark.call("POST", "/v1/generate", {"mode": "2k", "prompt": PROMPT})
    job_id = submitted.body["job_id"]
    accepted = {
        "job_id": re.compile(r"job_[0-9a-f]{32}"),
        "status": "queued",
        "estimated_cost": "$0.02",
        "poll_url": f"{base}/v1/jobs/{job_id}",
        "created_at": re.compile(INSTANT),
    }
    assert submitted.status == 202
    _fits(submitted.body, accepted)
    done = ended(shark, f"/v1/jobs/{job_id}")
    expected = {
        "job_id": job_id,
        "status": "complete",
        "image_url": re.compile(rf"{re.escape(base)}/outputs/.+\.jpg"),
        "mode": "2k",
        "prompt": PROMPT,
        "cost": "$0.02",
        "error": None,
        "created_at": submitted.body["created_at"],
        "completed_at": re.compile(INSTANT),
    }
    _fits(done, expected)
    picture = _picture(done["image_url"])
    assert (picture.format, picture.width, picture.height) == ("JPEG", 2048, 2048)
    balance = shark.call("GET", "/v1/wallet/balance").body
    shown = {"balance": "$0.98", "currency": "USD", "free_trials_remaining": 0}
    _fits(balance, {**shown, "updated_at": re.compile(INSTANT)})
    history = shark.call("GET", "/v1/usage").body
    assert (history["total"], history["summary"]["total_spend"]) == (1, "$0.02")
    assert history["data"][0]["image_url"] == done["image_url"]
    refused = shark.call("POST", "/v1/generate", {"mode": "4k", "prompt": PROMPT})
    assert (refused.status, refused.body["error"]["status"], refused.code) == (400, 400, "INVALID_MODE")
    lost = shark.call("GET", "/v1/jobs")
    assert (lost.status, lost.code) == (404, "NOT_FOUND")


def test_the_walk_of_the_second_dialect(shark: Customer) -> None:
    made = shark.call("POST", "/api/keys", {"name": "Production"})
    assert made.status == 201
    token = {"authorization": "", "x_api_key": made.body["key"]}
    source = io.BytesIO()
    Image.new("RGB", (320, 320), (20, 90, 160)).save(source, "PNG")
    image = base64.b64encode(source.getvalue()).decode()
    submitted = shark.call("POST", "/api/v1/image", {"prompt": PROMPT, "image": image}, **token)
    job_id = submitted.body["job_id"]
    model = {"name": "qwen/image", "code": "qwen/image", "variant": "1k", "category": "image"}
    accepted = {
        "job_id": re.compile(UUID),
        "status": "queued",
        "poll_url": f"/api/v1/jobs/{job_id}",
        "created_at": re.compile(INSTANT),
        "price_usd": 0.01,
        "model": {**model, "price_usd": 0.01},
    }
    assert submitted.status == 202
    _fits(submitted.body, accepted)
    done = ended(shark, submitted.body["poll_url"])
    expected = {
        "job_id": job_id,
        "status": "completed",
        "image_url": re.compile(rf"{re.escape(shark.info.base_url)}/outputs/.+"),
        "cost": "$0.01",
        "error": None,
        "queued_at": submitted.body["created_at"],
        "started_at": re.compile(INSTANT),
        "completed_at": re.compile(INSTANT),
        "created_at": submitted.body["created_at"],
        "model": model,
    }
    _fits(done, expected)
    assert _picture(done["image_url"]).format == "JPEG"
    (entry,) = shark.call("GET", "/v1/usage", **token).body["data"]
    assert (entry["type"], entry["token"], entry["cost"]) == ("text+image", "Production", "$0.01")
    refused = shark.call("POST", "/api/v1/image", {"prompt": ""}, **token)
    assert (refused.status, refused.body) == (400, {"error": "prompt is required."})
    lost = shark.call("PUT", "/api/v1/image", **token)
    assert (lost.status, set(lost.body), lost.headers["Allow"]) == (405, {"error"}, "POST")


def test_trials_make_pictures_for_nothing_and_money_is_asked_for_after_them(shark: Customer) -> None:
    wallets = shark.deployed.wallets
    wallets.set_trials(shark.account_id, 1)
    first = shark.call("POST", "/v1/generate", {"mode": "1k", "prompt": PROMPT}).body
    failing = {"mode": "1k", "prompt": "A shark [[fault:moderation]]"}
    refused = shark.call("POST", "/v1/generate", failing).body
    assert (first["estimated_cost"], refused["estimated_cost"]) == ("$0.00", "$0.01")
    assert ended(shark, f"/v1/jobs/{first['job_id']}")["cost"] == "$0.00"
    moderated = ended(shark, f"/v1/jobs/{refused['job_id']}")
    assert (moderated["status"], moderated["cost"], moderated["image_url"]) == ("moderated", None, None)
    assert moderated["error"] == "Request blocked: content policy violation"
    assert shark.call("GET", "/v1/wallet/balance").body["balance"] == "$1.00"


# ── top-ups ──────────────────────────────────────────────────────────────────────────────────────────────


def _pay(shark: Customer, amount: int, how: str) -> list[int]:
    """Open a top-up and pay it; return what the gateway answered to each notice."""
    opened = shark.call("POST", "/v1/wallet/topup", {"amount": amount})
    assert opened.status == 200, opened.body
    _fits(
        opened.body,
        {"checkout_url": re.compile(r"http.+/pay/cs_.+"), "amount": f"${amount}.00", "status": "pending"},
    )
    paid = http.request("POST", f"{opened.body['checkout_url']}?{how}", timeout=60)
    return list(json.loads(paid.data)["notices"])


def test_a_top_up_that_is_notified_five_times_credits_once(shark: Customer) -> None:
    assert _pay(shark, 20, "times=5") == [200] * 5
    assert shark.call("GET", "/v1/wallet/balance").body["balance"] == "$21.00"
    added = [entry for entry in shark.journal() if entry.kind is MovementKind.ADD]
    assert sorted(entry.amount.micros for entry in added) == [1_000_000, 20_000_000]
    assert verified(shark).differences == ()


def test_a_forged_notice_credits_nothing(shark: Customer) -> None:
    assert _pay(shark, 30, "forged=1&times=2") == [400, 400]
    assert shark.call("GET", "/v1/wallet/balance").body["balance"] == "$1.00"
    assert verified(shark).differences == ()


# ── one account, one wallet, one set of books ────────────────────────────────────────────────────────────


def test_clients_of_all_surfaces_share_one_wallet_and_one_set_of_books(
    customer: Customer, stack: Stack
) -> None:
    shark, site = speaking_sharkapi(customer), Site.of(customer)

    def first(number: int) -> object:
        return shark.call("POST", "/v1/generate", {"mode": "1k", "prompt": f"Shark {number}"}).body["job_id"]

    def second(number: int) -> object:
        return shark.call("POST", "/api/v1/image", {"prompt": f"Shark {number}"}).body["job_id"]

    def library(number: int) -> object:
        return site.asks("POST", "/generations", {"prompt": f"Eagle {number}"}, Prefer="respond-async")["id"]

    def babysea(number: int) -> object:
        return customer.generate(f"Seal {number}", generation_output_format="jpg")

    clients: dict[Callable[[int], object], Money] = {  # a surface that joins adds a line
        babysea: Money.of("0.005"),
        first: Money.of("0.01"),
        second: Money.of("0.01"),
        library: Money.of("0.005"),
    }
    asked = [(client, number) for number in range(ROUNDS) for client in clients]
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda one: one[0](one[1]), asked))
    assert len(set(ids)) == len(asked)
    customer.settle_down()
    assert customer.spent.micros == ROUNDS * sum(price.micros for price in clients.values())
    assert shark.call("GET", "/v1/wallet/balance").body["balance"] == "$0.94"
    movements = Counter(entries_by_generation(customer).values())
    assert movements == {(MovementKind.RESERVE, MovementKind.CHARGE): len(asked)}
    assert shark.call("GET", "/v1/usage").body["total"] == 2 * ROUNDS
    book = _verify(stack, customer.account_id)
    assert (book["generations"], book["differences"]) == (len(asked), [])


def _verify(stack: Stack, account_id: str) -> dict[str, Any]:
    """What ``tidegate ledger verify`` says."""
    run = CliRunner().invoke(app, ["ledger", "verify", account_id, "--json", "--stack", str(stack.directory)])
    assert run.exit_code == 0, (run.stdout, run.stderr)
    return dict(json.loads(run.stdout))
