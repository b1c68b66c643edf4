"""A generation through the deployed system, in each of its endings."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from local.stack.info import StackInfo
from tests.e2e.customer import Customer, http
from tests.e2e.waiting import until
from tidegate.domain.money import ZERO, Money
from tidegate.runtime import Runtime

PRICE = Money.of("0.005")
VIDEO = {"kind": "video", "model": "bytedance/seedance-1-pro", "generation_duration": 5}


def _fetch(url: str) -> bytes:
    answer = http.request("GET", url, timeout=30)
    assert answer.status == 200
    return answer.data


def test_a_picture_is_made_stored_charged_and_told(customer: Customer) -> None:
    generation_id = customer.generate("A seal", generation_ratio="16:9", generation_output_format="png")
    assert customer.account.wallet.balance + customer.account.wallet.held <= Money.of("1")
    record = customer.finish(generation_id)
    assert record["generation_status"] == "succeeded"
    assert record["generation_provider_used"] == "replicate"
    (url,) = record["generation_output_file"]
    picture = Image.open(io.BytesIO(_fetch(url)))
    assert picture.format == "PNG"
    assert picture.width > picture.height
    assert customer.spent == PRICE
    assert customer.trail(generation_id) == [("replicate", "used")]
    started = customer.delivery("generation.started", generation_id)
    completed = customer.delivery("generation.completed", generation_id)
    assert started["body"]["webhook_data"]["generation_provider_initialize"] == "replicate"
    assert completed["body"]["webhook_data"]["generation_output_file"] == [url]


def test_a_video_is_made_and_plays(customer: Customer) -> None:
    record = customer.finish(customer.generate("The seal swims", **VIDEO))
    assert record["generation_status"] == "succeeded", record
    (url,) = record["generation_output_file"]
    assert _fetch(url)[4:8] == b"ftyp"
    assert record["generation_duration"] == 5
    assert customer.spent > ZERO


def test_the_second_provider_serves_when_the_first_answers_500(customer: Customer) -> None:
    generation_id = customer.generate("A seal [[replicate:500]]", generation_provider_order="replicate, fal")
    record = customer.finish(generation_id)
    assert record["generation_status"] == "succeeded"
    assert record["generation_provider_used"] == "fal"
    assert record["generation_provider_order"] == ["replicate", "fal"]
    assert customer.trail(generation_id) == [("replicate", "failed"), ("fal", "used")]
    assert customer.spent == PRICE


def test_when_all_providers_fail_the_price_is_given_back_and_the_customer_told(customer: Customer) -> None:
    generation_id = customer.generate("A seal [[fault:500]]")
    record = customer.finish(generation_id)
    assert record["generation_status"] == "failed"
    assert record["generation_error_code"] == "BSE4006"
    assert customer.spent == ZERO
    told = customer.delivery("generation.failed", generation_id)["body"]["webhook_data"]
    assert told["generation_error_code"] == "BSE4006"


def test_a_moderated_prompt_ends_without_asking_anyone_else(customer: Customer) -> None:
    generation_id = customer.generate("A seal [[fault:moderation]]")
    record = customer.finish(generation_id)
    assert record["generation_error_code"] == "BSE4007"
    assert len(customer.trail(generation_id)) == 1
    assert customer.spent == ZERO


@pytest.mark.parametrize("fault", ["html_output", "expired_output", "malformed", "failed", "billing", "401"])
def test_a_provider_that_lets_us_down_is_left_for_the_next(customer: Customer, fault: str) -> None:
    generation_id = customer.generate(
        f"A seal [[replicate:{fault}]]", generation_provider_order="replicate, fal"
    )
    record = customer.finish(generation_id)
    assert record["generation_status"] == "succeeded"
    assert customer.spent == PRICE


def test_polling_alone_is_enough_when_no_callback_comes(customer: Customer) -> None:
    generation_id = customer.generate("A seal [[fault:no_callback]] [[fault:poll_error:1]]")
    assert customer.finish(generation_id)["generation_status"] == "succeeded"
    assert customer.spent == PRICE


@pytest.mark.parametrize("fault", ["bad_signature", "stale_callback", "duplicate_callback"])
def test_a_strange_callback_changes_nothing(customer: Customer, fault: str) -> None:
    for order in ("replicate", "fal"):
        generation_id = customer.generate(f"A seal [[fault:{fault}]]", generation_provider_order=order)
        assert customer.finish(generation_id)["generation_status"] == "succeeded"
    assert customer.spent == PRICE * 2


def test_a_lost_answer_is_found_again_at_replicate(customer: Customer) -> None:
    generation_id = customer.generate("A seal [[replicate:lost]]", generation_provider_order="replicate")
    assert customer.finish(generation_id)["generation_status"] == "succeeded"
    assert customer.trail(generation_id) == [("replicate", "used")]
    assert customer.spent == PRICE


def test_a_lost_answer_at_fal_is_charged_once_whoever_serves(customer: Customer) -> None:
    generation_id = customer.generate("A seal [[fal:lost]]", generation_provider_order="fal, replicate")
    assert customer.finish(generation_id)["generation_status"] == "succeeded"
    assert customer.spent == PRICE


def test_canceling_stops_the_provider_and_gives_the_price_back(customer: Customer) -> None:
    generation_id = customer.generate("A seal [[fault:slow:60]]")
    until(
        lambda: customer.content(generation_id)["generation_status"] == "processing", "a provider is at work"
    )
    reply = customer.cancel(generation_id)
    assert reply.body["data"] == {
        "generation_id": generation_id,
        "generation_status": "canceled",
        "provider_cancel_sent": True,
        "credits_refunded": True,
    }
    assert customer.spent == ZERO
    assert customer.cancel(generation_id).code == "BSE3002"
    until(lambda: customer.trail(generation_id) == [("replicate", "cancelled")], "the attempt is wound down")
    customer.delivery("generation.canceled", generation_id)


def test_a_repeated_submit_replays_the_first(customer: Customer) -> None:
    first = customer.submit("A seal", idempotency_key="order-1")
    again = customer.submit("A seal", idempotency_key="order-1")
    assert again.body == first.body
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert customer.submit("Another seal", idempotency_key="order-1").code == "BSE2015"
    customer.finish(first.body["data"]["generation_id"])
    assert customer.spent == PRICE


def test_one_key_at_the_same_time_makes_one_generation(customer: Customer) -> None:
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda _: customer.submit("A seal", idempotency_key="order-2"), range(16)))
    accepted = {r.body["data"]["generation_id"] for r in replies if r.status == 200}
    assert len(accepted) == 1
    assert {r.code for r in replies if r.status != 200} <= {"BSE2016"}
    customer.finish(accepted.pop())
    assert customer.spent == PRICE


def test_concurrent_submits_cannot_overspend(info: StackInfo, deployed: Runtime) -> None:
    customer = Customer.sign_up(info, deployed, dollars="0.1")  # enough for twenty
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda n: customer.submit(f"Seal {n}"), range(60)))
    accepted = [r.body["data"]["generation_id"] for r in replies if r.status == 200]
    assert len(accepted) == 20
    assert {r.code for r in replies if r.status != 200} == {"BSE1004"}
    for generation_id in accepted:
        assert customer.finish(generation_id)["generation_status"] == "succeeded"
    assert customer.books_are_exact()
    assert customer.spent == Money.of("0.1")
