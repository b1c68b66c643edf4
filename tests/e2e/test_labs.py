"""The labs' own services through the deployed system, in the hosted product's orders."""

from __future__ import annotations

import pytest

from tests.e2e.customer import Customer, http

FLUX = {"model": "bfl/flux-1.1-pro", "generation_provider_order": "bfl, replicate"}
GPT_IMAGE = {"model": "openai/gpt-image-1.5", "generation_provider_order": "openai, replicate, fal"}
OMNI = {"model": "google/gemini-omni-1.1-flash", "generation_provider_order": "google"}
NANO_BANANA = {"model": "google/nano-banana", "generation_provider_order": "google, fal"}


@pytest.mark.parametrize(
    ("asked", "provider"), [(FLUX, "bfl"), (GPT_IMAGE, "openai"), (NANO_BANANA, "google")]
)
def test_a_picture_comes_from_the_lab_itself(
    customer: Customer, asked: dict[str, str], provider: str
) -> None:
    generation_id = customer.generate("A seal", **asked)
    record = customer.finish(generation_id)
    assert record["generation_provider_used"] == provider
    (url,) = record["generation_output_file"]
    assert http.request("GET", url, timeout=30).data.startswith(b"\x89PNG")
    assert customer.trail(generation_id) == [(provider, "used")]
    started = customer.delivery("generation.started", generation_id)
    assert started["body"]["webhook_data"]["generation_provider_initialize"] == provider


def test_a_lost_answer_of_a_synchronous_provider_is_left_for_the_next(customer: Customer) -> None:
    generation_id = customer.generate("A seal [[openai:lost]]", **GPT_IMAGE)
    assert customer.finish(generation_id)["generation_provider_used"] == "replicate"
    assert customer.trail(generation_id) == [("openai", "failed"), ("replicate", "used")]
    assert customer.account.wallet.in_flight == 0


def test_a_task_whose_answer_was_lost_serves_when_it_calls_back(customer: Customer) -> None:
    generation_id = customer.generate("A seal [[bfl:lost]]", **{**FLUX, "generation_provider_order": "bfl"})
    assert customer.finish(generation_id)["generation_provider_used"] == "bfl"
    assert customer.trail(generation_id) == [("bfl", "used")]


def test_a_video_whose_answer_was_lost_serves_when_google_calls_back(customer: Customer) -> None:
    generation_id = customer.generate("A seal [[google:lost]]", kind="video", generation_duration=3, **OMNI)
    assert customer.finish(generation_id)["generation_provider_used"] == "google"
    assert customer.trail(generation_id) == [("google", "used")]
