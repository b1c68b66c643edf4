"""Retention, deployed: the plan ``starter`` keeps files for 10 s and records for 20 s (conftest)."""

from __future__ import annotations

import json
from collections.abc import Callable

from local.stack.info import StackInfo
from tests.e2e.customer import Customer, http
from tests.e2e.waiting import until
from tidegate.runtime import Runtime
from tidegate.usecases.verify_ledger import verify_ledger


def _wait(is_written: Callable[[], bool]) -> None:
    until(is_written, "the journal is written")


def test_files_and_then_the_record_go_and_the_books_stay_exact(info: StackInfo, deployed: Runtime) -> None:
    customer = Customer.sign_up(info, deployed, plan="starter")
    generation_id = customer.generate("A seal")
    (url,) = customer.finish(generation_id)["generation_output_file"]
    assert http.request("GET", url, timeout=30).status == 200

    def refused() -> bool:
        return http.request("GET", url, redirect=False, retries=False, timeout=30).status == 410

    until(refused, "the link is refused", 30)
    assert json.loads(http.request("GET", url, redirect=False, timeout=30).data)["error"] == "gone"
    record = customer.content(generation_id)
    assert (record["generation_output_file"], record["generation_removed"]) == (None, True)
    assert customer.call("GET", "/v1/content/list").body["total"] == 1

    path = f"/v1/content/{generation_id}"
    until(lambda: customer.call("GET", path).status == 404, "the record lapses", 40)
    listed = customer.call("GET", "/v1/content/list").body
    assert (listed["total"], listed["data"]["generations"]) == (0, [])
    assert customer.books_are_exact()
    verified = verify_ledger(
        customer.account_id,
        wallets=deployed.wallets,
        ledger=deployed.ledger,
        generations=deployed.generations,
        wait=_wait,
        now_ms=deployed.now_ms,
    )
    assert (verified.generations, verified.lapsed, verified.differences) == (0, 1, ())
