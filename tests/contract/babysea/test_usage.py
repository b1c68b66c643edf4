"""GET /v1/usage (contracts §1.2)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.babysea.gateway import NOW_MS, Gateway
from tests.contract.babysea.stores import THROTTLED, Errors, Stores
from tests.contract.sharkapi.client import Shark
from tidegate.domain.keys import Surface
from tidegate.domain.limits import PLANS

GENERATE = "POST /v1/generate/image"


def _endpoint(gateway: Gateway, name: str) -> dict[str, Any]:
    (found,) = [entry for entry in gateway.usage().data["usage_endpoints"] if entry["endpoint"] == name]
    return dict(found)


def test_an_account_that_did_nothing_sees_this_request_and_its_balance(gateway: Gateway) -> None:
    reply = gateway.usage()
    assert reply.status == 200
    assert reply.data == {
        "account_id": gateway.account_id,
        "usage_period_days": 30,
        "usage_credit_balance": 1,
        "usage_total_requests": 1,
        "usage_total_success": 1,
        "usage_total_client_errors": 0,
        "usage_total_server_errors": 0,
        "usage_total_generations": 0,
        "usage_total_provider_submissions": 0,
        "usage_total_estimated_cost": 0,
        "usage_endpoints": [
            {
                "endpoint": "GET /v1/usage",
                "total_requests": 1,
                "success_count": 1,
                "client_error_count": 0,
                "server_error_count": 0,
                "error_codes": {},
            }
        ],
        "usage_providers": [],
    }


def test_successes_and_errors_are_counted_where_they_happened(gateway: Gateway) -> None:
    for body in ({"generation_prompt": "A seal"}, {"generation_prompt": "A seal"}, {"generation_prompt": ""}):
        gateway.generate(body=body)
    gateway.get("00000000-0000-7000-8000-000000000000")
    assert _endpoint(gateway, GENERATE) == {
        "endpoint": GENERATE,
        "total_requests": 3,
        "success_count": 2,
        "client_error_count": 1,
        "server_error_count": 0,
        "error_codes": {"BSE2001": 1},
    }
    assert _endpoint(gateway, "GET /v1/content/{generation_id}")["error_codes"] == {"BSE3001": 1}


def test_a_missing_scope_and_a_used_up_window_are_errors_of_the_account(gateway: Gateway) -> None:
    limit = PLANS["free"].generation_per_minute
    account_id, token = gateway.open_account("1", plan="free")
    narrow = gateway.add_key(account_id, scopes=("library:read",))
    assert gateway.generate(token=narrow).status == 403
    for _ in range(limit):
        gateway.generate(token=token)
    reply = gateway.usage(token=token)
    (generate,) = [e for e in reply.data["usage_endpoints"] if e["endpoint"] == GENERATE]
    assert generate["total_requests"] == limit + 1
    assert generate["error_codes"]["BSE1003"] == 1
    assert generate["error_codes"]["BSE1005"] == 1


def test_what_the_accounts_other_clients_ask_is_named_as_they_know_it(gateway: Gateway) -> None:
    shark = Shark(gateway.runtime)
    shark.account_id, shark.token = gateway.account_id, gateway.add_key(surface=Surface.SHARKAPI)
    job_id = shark.generate().body["job_id"]
    for _ in range(2):
        shark.job(job_id)
    shark.usage()
    shark.image({"prompt": ""})
    assert _endpoint(gateway, "POST /v1/generate")["success_count"] == 1
    assert _endpoint(gateway, "GET /v1/jobs/{job_id}")["total_requests"] == 2
    assert _endpoint(gateway, "POST /api/v1/image")["error_codes"] == {"INVALID_REQUEST": 1}
    assert _endpoint(gateway, "GET /v1/usage")["total_requests"] > 1  # both surfaces have it


def test_who_is_not_known_is_not_counted(gateway: Gateway) -> None:
    assert gateway.status(token="bye_wrong").status == 401
    assert gateway.usage().data["usage_total_requests"] == 1


@pytest.mark.parametrize(
    ("given", "days"), [(None, 30), ("1", 1), ("90", 90), ("0", 1), ("-4", 1), ("91", 90), ("9" * 40, 90)]
)
def test_days_are_moved_to_the_nearest_bound(gateway: Gateway, given: str | None, days: int) -> None:
    query = None if given is None else {"days": given}
    assert gateway.usage(query).data["usage_period_days"] == days


def test_days_that_are_no_number_are_refused(gateway: Gateway) -> None:
    reply = gateway.usage({"days": "many"})
    assert (reply.status, reply.error["code"], reply.error["details"]) == (400, "BSE2001", {"field": "days"})


def test_usage_needs_account_read(gateway: Gateway) -> None:
    reply = gateway.usage(token=gateway.add_key(scopes=("library:read",)))
    assert (reply.status, reply.error["code"]) == (403, "BSE1003")


def test_days_before_the_period_are_left_out(gateway: Gateway) -> None:
    gateway.status()
    gateway.runtime.time_ms = NOW_MS + 86_400_000
    assert gateway.usage({"days": "1"}).data["usage_total_requests"] == 1
    assert gateway.usage({"days": "2"}).data["usage_total_requests"] == 3


def test_an_answer_stands_whatever_comes_of_counting_its_error() -> None:
    stores = Stores(usage=Errors(refusal=THROTTLED))
    assert stores.generate(body={"generation_prompt": ""}).error["code"] == "BSE2001"
    counting = Stores()
    counting.generate(body={"generation_prompt": ""})
    counting.generations.refusals = [RuntimeError("boom")]
    counting.generate()
    counting.generate()
    assert counting.usage.counted == [("BSE2001", False), ("BSE5001", True)]
