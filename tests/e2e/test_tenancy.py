"""Two accounts of the deployed stack: whatever one asks, nothing of the other's is shown, changed or counted.

Every deployed route needs a case here; a route without one fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest

from infra.stacks.api import REFERENCES
from local.stack.info import StackInfo
from tests.e2e.customer import IMAGE, Customer, Reply, http
from tests.e2e.test_tenancy_banatie import COVERED as BANATIE
from tests.e2e.test_tenancy_live import COVERED as LIVE
from tests.e2e.test_tenancy_sharkapi import COVERED as SHARKAPI
from tests.e2e.waiting import until
from tidegate.domain.money import Money
from tidegate.runtime import Runtime
from tidegate.surfaces.babysea.routes import ROUTES

NEVER = "00000000-0000-7000-8000-000000000000"
SEAL: Final = {"generation_prompt": "A seal", "generation_output_format": "jpg"}
FILM: Final = {"generation_prompt": "It swims", "generation_duration": 5}
ORDER = "order-1"  # an idempotency key that both accounts use
BY_ID = "{generation_id}"
CALLBACK = "/{generation_id}/{number}/{token}"

# Routes that name no record: what is asked, and the body. The answer must be the caller's own.
OWN: Mapping[str, tuple[str, dict[str, Any] | None]] = {
    "GET /v1/status": ("/v1/status", None),
    "GET /v1/user/account": ("/v1/user/account", None),
    "GET /v1/user/billing": ("/v1/user/billing", None),
    "GET /v1/usage": ("/v1/usage?days=90", None),
    "GET /v1/estimate/{model_identifier+}": (f"/v1/estimate/{IMAGE}", None),
    "POST /v1/generate/image/{model_identifier+}": (f"/v1/generate/image/{IMAGE}", SEAL),
    "POST /v1/generate/video/{model_identifier+}": ("/v1/generate/video/minimax/video-01-director", FILM),
    "GET /v1/content/list": ("/v1/content/list?limit=100", None),
    "GET /v1/library/models": ("/v1/library/models", None),
    "GET /v1/library/providers": ("/v1/library/providers", None),
    "GET /v1/health/inference/providers": ("/v1/health/inference/providers", None),
    "GET /v1/health/inference/models": ("/v1/health/inference/models", None),
    "GET /v1/health/storage": ("/v1/health/storage", None),
    "GET /v1/health/cache": ("/v1/health/cache", None),
}
# Routes that know no account, and what holds them.
WITHOUT_ACCOUNT = {
    "$default": "nothing is read",
    "GET /outputs/{key+}": "test_a_file_is_found_by_its_whole_path_only",
    "HEAD /outputs/{key+}": "test_a_file_is_found_by_its_whole_path_only",
    **{
        f"GET {prefix}/{page}": "the same for everybody"
        for prefix in REFERENCES.values()
        for page in ("openapi.json", "docs", "docs/{file}")
    },
    "POST /payments/stripe": "signed by the payment provider",
    "GET /payments/stripe": "the same for everybody",
}


@dataclass(frozen=True)
class Tenants:
    """Two accounts. ``theirs`` is all that names something of the first; the second asks."""

    victim: Customer
    stranger: Customer
    ended: str
    running: str
    theirs: Mapping[str, str]

    def shown(self, reply: Reply) -> list[str]:
        """What of the first account's stands anywhere in an answer to the second."""
        text = json.dumps([reply.body, dict(reply.headers)])
        return [name for name, value in self.theirs.items() if value in text]


@pytest.fixture(scope="module")
def tenants(info: StackInfo, deployed: Runtime) -> Iterator[Tenants]:
    """One account with a generation that ended, one that runs, and an order; and another account."""
    victim = Customer.sign_up(info, deployed)
    stranger = Customer.sign_up(info, deployed, dollars="7")
    ended = victim.generate("A seal", idempotency_key=ORDER, generation_output_format="jpg")
    running = victim.generate("A private seal [[fault:slow:300]]")
    record = victim.finish(ended)
    until(lambda: victim.content(running)["generation_status"] == "processing", "a provider is at work")
    tenants = Tenants(victim, stranger, ended, running, _names(victim, record, running))
    before = [victim.content(each) for each in (ended, running)]
    yield tenants
    assert [victim.content(each) for each in (ended, running)] == before
    assert http.request("GET", record["generation_output_file"][0], timeout=30).status == 200
    assert victim.cancel(running).status == 200
    assert victim.books_are_exact()


def _names(victim: Customer, record: Mapping[str, Any], running: str) -> dict[str, str]:
    (endpoint,) = victim.deployed.webhooks.endpoints(victim.account_id)
    key = victim.call("GET", "/v1/status").body["data"]
    completed = victim.delivery("generation.completed", record["generation_id"])["body"]
    return {
        "the account": victim.account_id,
        "the ended generation": record["generation_id"],
        "the running generation": running,
        "the ended prediction": record["generation_prediction_id"],
        "the running prediction": victim.content(running)["generation_prediction_id"],
        "the key's id": key["apikey_id"],
        "the key's prefix": key["apikey_prefix"],
        "the webhook endpoint": endpoint.endpoint_id,
        "the delivery": completed["webhook_delivery_id"],
        "the prompt": "A private seal",
    }


def _route(method: str, template: str) -> str:
    return f"{method} {template}"


def test_every_route_of_the_surface_has_a_case() -> None:
    missing = {_route(*route) for route in ROUTES if BY_ID not in route[1]} - OWN.keys()
    assert missing - WITHOUT_ACCOUNT.keys() == set()


@pytest.fixture(scope="module")
def found(deployed: Runtime, info: StackInfo) -> set[str]:
    """The routes that are deployed."""
    client = deployed.client("apigatewayv2")
    answer = client.get_routes(ApiId=info.outputs["ApiId"], MaxResults="500")
    client.close()
    return {route["RouteKey"] for route in answer["Items"]}


def test_every_deployed_route_has_a_case(found: set[str]) -> None:
    elsewhere = SHARKAPI | BANATIE | LIVE
    by_id = {_route(*route) for route in ROUTES if BY_ID in route[1]}
    callbacks = {route for route in found if route.endswith(CALLBACK)}
    assert found - OWN.keys() - WITHOUT_ACCOUNT.keys() - by_id - elsewhere - callbacks == set()
    assert found >= by_id | elsewhere


def test_no_callback_is_taken_without_its_token(found: set[str], tenants: Tenants) -> None:
    routes = [route for route in found if route.endswith(CALLBACK)]
    assert routes
    before = tenants.victim.trail(tenants.running)
    for route in routes:
        path = route.removeprefix("POST ").replace(BY_ID, tenants.running)
        for token in ("guessed", "0" * 43):
            sent = path.replace("{number}", "1").replace("{token}", token)
            reply = tenants.stranger.call("POST", sent, {"id": "x", "status": "succeeded"})
            assert reply.status in {400, 401, 403, 404}, route
            assert tenants.shown(reply) == []
    assert tenants.victim.trail(tenants.running) == before


@pytest.mark.parametrize("route", [route for route in ROUTES if BY_ID in route[1]], ids=lambda route: route)
def test_anothers_ids_are_as_unknown_as_one_that_never_was(tenants: Tenants, route: tuple[str, str]) -> None:
    method, template = route

    def ask(name: str) -> Reply:
        return tenants.stranger.call(method, template.replace(BY_ID, name.replace(" ", "%20")))

    never = ask(NEVER)
    assert (never.status, never.code) == (404, "BSE3001")
    for what, name in tenants.theirs.items():
        reply = ask(name)
        assert (reply.status, reply.body["error"]) == (404, never.body["error"]), what
        assert tenants.shown(reply) == [], what


@pytest.mark.parametrize("route", [_route(*route) for route in ROUTES if BY_ID not in route[1]])
def test_what_names_no_record_answers_the_callers_own(tenants: Tenants, route: str) -> None:
    if route in WITHOUT_ACCOUNT:
        return
    method, (path, body) = route.partition(" ")[0], OWN[route]
    separator = "&" if "?" in path else "?"
    victim, stranger = tenants.victim.account_id, tenants.stranger.account_id
    claimed = f"{path}{separator}account_id={victim}&account={victim}"
    for asked in (path, claimed):
        reply = tenants.stranger.call(
            method, asked, body, idempotency_key=ORDER, x_account_id=victim, x_babysea_account=victim
        )
        assert reply.status == 200, reply.body
        assert tenants.shown(reply) == []
        data = reply.body["data"]
        assert data.get("account_id", stranger) == stranger
    if body is not None:
        generation_id = reply.body["data"]["generation_id"]
        assert tenants.stranger.content(generation_id)["account_id"] == stranger


def test_balances_and_totals_are_the_callers_own(
    tenants: Tenants, info: StackInfo, deployed: Runtime
) -> None:
    stranger = Customer.sign_up(info, deployed, dollars="7")
    assert stranger.call("GET", "/v1/user/billing").body["data"]["billing_credit_balance"] == 7
    assert stranger.call("GET", f"/v1/estimate/{IMAGE}").body["data"]["credit_balance"] == 7
    assert stranger.call("GET", "/v1/content/list").body["total"] == 0
    for what, name in tenants.theirs.items():
        query = name.replace(" ", "%20")
        listed = stranger.call("GET", f"/v1/content/list?generation_id={query}&cursor={query}")
        assert (listed.body["total"], tenants.shown(listed)) == (0, []), what


def test_an_order_of_the_same_name_is_the_callers_own(info: StackInfo, deployed: Runtime) -> None:
    first, second = (Customer.sign_up(info, deployed) for _ in range(2))
    replies = [each.submit("A seal", idempotency_key="order-2") for each in (first, second, second)]
    assert [reply.headers.get("Idempotency-Replayed") for reply in replies] == [None, None, "true"]
    ids = [reply.body["data"]["generation_id"] for reply in replies]
    assert ids[0] != ids[1] == ids[2]
    other = second.submit("Another seal", idempotency_key="order-2")
    assert other.code == "BSE2015"
    for each, generation_id in zip((first, second), ids, strict=False):
        each.finish(generation_id)
        assert each.spent == Money.of("0.005")


def test_the_account_in_a_body_is_no_parameter(tenants: Tenants) -> None:
    reply = tenants.stranger.submit("A seal", account_id=tenants.victim.account_id)
    assert (reply.status, reply.code) == (400, "BSE2001")
    assert reply.body["error"]["details"]["field"] == "account_id"


def test_a_file_is_found_by_its_whole_path_only(tenants: Tenants) -> None:
    (url,) = tenants.victim.content(tenants.ended)["generation_output_file"]
    base, _, key = url.partition("/outputs/")
    *folders, secret, name = key.split("/")
    assert folders[-1] == tenants.ended
    folder = "/".join(folders)
    assert len(secret) >= 22  # 128 bits and more
    for guess in (
        f"{folder}/{name}",
        f"{folder}/{'0' * len(secret)}/{name}",
        folder,
        "",
    ):
        for method in ("GET", "HEAD"):
            answer = http.request(method, f"{base}/outputs/{guess}", timeout=30)  # redirects followed
            assert answer.status == 404, guess
