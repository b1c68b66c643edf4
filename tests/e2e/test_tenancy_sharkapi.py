"""Two accounts on the SharkApi surface: what one asks shows nothing of the other's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local.stack.info import StackInfo
from tests.e2e.customer import IMAGE, Customer, Reply
from tests.e2e.sharkapi import sign_up
from tests.e2e.waiting import until
from tidegate.runtime import Runtime
from tidegate.surfaces.sharkapi.jobs import job_id

NEVER = "00000000-0000-7000-8000-000000000000"
ORDER = "order-1"  # an idempotency key that both accounts use
JOBS = {"GET /v1/jobs/{job_id}": "/v1/jobs/", "GET /api/v1/jobs/{job_id}": "/api/v1/jobs/"}
# Routes that name no record: what is asked, the body, and what is answered.
OWN: dict[str, tuple[str, dict[str, Any] | None, int]] = {
    "POST /v1/generate": ("/v1/generate", {"mode": "1k", "prompt": "A shark"}, 202),
    "POST /api/v1/image": ("/api/v1/image", {"mode": "1k", "prompt": "A shark"}, 202),
    "POST /api/keys": ("/api/keys", {"name": "Production"}, 201),
    "GET /v1/usage": ("/v1/usage", None, 200),
    "GET /v1/wallet/balance": ("/v1/wallet/balance", None, 200),
    "POST /v1/wallet/topup": ("/v1/wallet/topup", {"amount": 10}, 200),
}
COVERED = {*JOBS, *OWN}


@dataclass(frozen=True)
class Tenants:
    """Two accounts with SharkApi keys; the first has a job, known by these names."""

    victim: Customer
    stranger: Customer
    job: str
    names: tuple[str, ...]

    def shown(self, reply: Reply) -> list[str]:
        """What of the first account's stands in an answer to the second."""
        return [name for name in self.names if name in json.dumps([reply.body, dict(reply.headers)])]


@pytest.fixture(scope="module")
def tenants(info: StackInfo, deployed: Runtime) -> Iterator[Tenants]:
    """One account with a job that is complete, and another account."""
    victim, stranger = sign_up(info, deployed, "1"), sign_up(info, deployed, "7")
    body = {"mode": "1k", "prompt": "A private shark"}
    job = victim.call("POST", "/v1/generate", body, idempotency_key=ORDER).body["job_id"]
    until(lambda: _job(victim, job)["status"] == "complete", "the job is complete", 90)
    (stored,) = deployed.listing.page(
        victim.account_id, total=1, offset=0, limit=10, now_ms=deployed.now_ms()
    )
    names = (victim.account_id, job, stored.generation_id, stored.outputs[0].key, "A private shark")
    before = _job(victim, job)
    yield Tenants(victim, stranger, job, names)
    assert _job(victim, job) == before
    assert victim.books_are_exact()


def _job(customer: Customer, job: str) -> dict[str, Any]:
    return dict(customer.call("GET", f"/v1/jobs/{job}").body)


@pytest.mark.parametrize("path", JOBS.values())
def test_anothers_job_is_as_unknown_as_one_that_never_was(tenants: Tenants, path: str) -> None:
    never = tenants.stranger.call("GET", path + NEVER)
    assert never.status == 404
    for name in (tenants.job, tenants.names[2], tenants.victim.account_id):
        reply = tenants.stranger.call("GET", path + name)
        assert (reply.status, reply.body) == (404, never.body)


@pytest.mark.parametrize("route", OWN)
def test_what_names_no_job_answers_the_callers_own(tenants: Tenants, route: str) -> None:
    path, body, status = OWN[route]
    victim = tenants.victim.account_id
    asked = f"{path}?account_id={victim}"
    reply = tenants.stranger.call(
        route.partition(" ")[0], asked, body, idempotency_key=ORDER, x_account_id=victim
    )
    assert reply.status == status, reply.body
    assert tenants.shown(reply) == []


def test_a_balance_is_the_callers_own(info: StackInfo, deployed: Runtime, tenants: Tenants) -> None:
    other = sign_up(info, deployed, "5")
    assert other.call("GET", "/v1/wallet/balance").body["balance"] == "$5.00"
    assert tenants.victim.call("GET", "/v1/wallet/balance").body["balance"] == "$0.99"


def test_a_key_opens_its_own_surface_only_and_shows_its_own_jobs_only(
    customer: Customer, tenants: Tenants
) -> None:
    generation_id = customer.generate("A seal", model=IMAGE)
    for path in JOBS.values():
        assert customer.call("GET", path + generation_id).status == 401  # a BabySea key
        for name in (generation_id, job_id(generation_id)):
            assert tenants.stranger.call("GET", path + name).status == 404
    for path in ("/v1/status", f"/v1/content/{tenants.names[2]}", "/v1/content/list"):
        assert tenants.victim.call("GET", path).status == 401  # a SharkApi key
    customer.finish(generation_id)
