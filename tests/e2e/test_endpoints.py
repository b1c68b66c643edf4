"""The endpoints around a generation, deployed: each with its own role, which holds no right too few."""

from __future__ import annotations

import pytest

from local.stack.info import StackInfo
from tests.e2e.customer import IMAGE, Customer, http
from tidegate.domain.money import Money
from tidegate.runtime import Runtime

FILM = "bytedance/seedance-1.5-pro"


def test_an_estimate_is_what_the_submit_holds(customer: Customer) -> None:
    query = "duration=4&resolution=720p&audio=true"
    reply = customer.call("GET", f"/v1/estimate/{FILM}?{query}")
    assert reply.status == 200, reply.body
    estimated = Money.of(repr(reply.body["data"]["cost_per_generation"]))
    assert reply.body["data"]["credit_balance"] == 1
    generation_id = customer.generate(
        "A seal sings",
        kind="video",
        model=FILM,
        generation_duration=4,
        generation_resolution="720p",
        generation_generate_audio=True,
    )
    assert customer.finish(generation_id)["generation_status"] == "succeeded"
    assert customer.spent == estimated


def test_account_and_billing_tell_of_the_keys_account(customer: Customer) -> None:
    account = customer.call("GET", "/v1/user/account")
    assert account.status == 200, account.body
    assert account.body["data"]["account_id"] == customer.account_id
    billing = customer.call("GET", "/v1/user/billing")
    assert billing.body["data"]["billing_credit_balance"] == 1
    assert billing.body["data"]["billing_plan"] is None


def test_every_provider_of_the_library_serves_models(customer: Customer) -> None:
    reply = customer.call("GET", "/v1/library/providers")
    assert reply.status == 200, reply.body
    for provider in reply.body["data"]["providers"]:
        assert provider["babysea_implementation"]["supported_models_total"] > 0


def test_a_list_is_walked_to_its_end(customer: Customer) -> None:
    ids = [customer.generate(f"Seal {number}") for number in range(5)]
    walked: list[str] = []
    total = 1
    while len(walked) < total:
        reply = customer.call("GET", f"/v1/content/list?limit=2&offset={len(walked)}")
        assert reply.status == 200, reply.body
        assert (reply.body["limit"], reply.body["offset"]) == (2, len(walked))
        total = reply.body["total"]
        walked += [entry["generation_id"] for entry in reply.body["data"]["generations"]]
    assert total == 5
    assert walked == sorted(ids, reverse=True)
    for generation_id in ids:
        customer.finish(generation_id)


def test_deleted_files_are_gone_and_the_record_stays(customer: Customer) -> None:
    generation_id = customer.generate("A seal")
    (url,) = customer.finish(generation_id)["generation_output_file"]
    assert http.request("GET", url, timeout=30).status == 200
    path = f"/v1/content/{generation_id}"
    reply = customer.call("DELETE", path)
    assert reply.status == 200, reply.body
    assert reply.body["data"] == {"generation_id": generation_id, "files_deleted": 1}
    assert http.request("GET", url, timeout=30).status == 404
    record = customer.content(generation_id)
    assert (record["generation_output_file"], record["generation_removed"]) == (None, True)
    assert record["generation_status"] == "succeeded"
    assert customer.call("DELETE", path).body["data"]["files_deleted"] == 0


def test_what_has_not_ended_is_not_deleted(customer: Customer) -> None:
    generation_id = customer.generate("A seal [[fault:slow:5]]")
    reply = customer.call("DELETE", f"/v1/content/{generation_id}")
    assert (reply.status, reply.code) == (409, "BSE3003")
    assert customer.finish(generation_id)["generation_status"] == "succeeded"


def test_a_stranger_sees_and_deletes_nothing(customer: Customer, info: StackInfo, deployed: Runtime) -> None:
    stranger = Customer.sign_up(info, deployed, dollars="2")
    generation_id = customer.generate("A seal")
    customer.finish(generation_id)
    assert stranger.call("DELETE", f"/v1/content/{generation_id}").code == "BSE3001"
    assert stranger.call("GET", "/v1/content/list").body["total"] == 0
    assert stranger.call("GET", f"/v1/estimate/{IMAGE}").body["data"]["credit_balance"] == 2
    assert customer.content(generation_id)["generation_output_file"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/v1/content/list", "GET"),
        ("POST", f"/v1/estimate/{IMAGE}", "GET"),
        ("POST", "/v1/user/account", "GET"),
        ("DELETE", "/v1/user/billing", "GET"),
        ("DELETE", "/v1/library/providers", "GET"),
        ("PUT", "/v1/content/00000000-0000-7000-8000-000000000000", "GET, DELETE"),
    ],
)
def test_another_method_is_told_the_right_one(
    customer: Customer, method: str, path: str, allowed: str
) -> None:
    reply = customer.call(method, path)
    assert (reply.status, reply.code, reply.headers["Allow"]) == (405, "BSE3005", allowed)


def test_a_page_may_delete_from_a_browser(customer: Customer) -> None:
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "DELETE"}
    url = f"{customer.info.base_url}/v1/content/00000000-0000-7000-8000-000000000000"
    answer = http.request("OPTIONS", url, headers=asked, timeout=30)
    assert answer.status in {200, 204}
    assert "DELETE" in answer.headers["Access-Control-Allow-Methods"]
