"""The makers' own providers, and Bedrock, behind the deployed system with its enforced roles."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.customer import Customer
from tests.e2e.waiting import until
from tidegate.domain.money import ZERO

SHORT = {"kind": "video", "generation_duration": 5}
CASES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("byteplus", "bytedance/seedream-4", {"generation_output_format": "jpg"}),
    ("byteplus", "bytedance/seedance-1-pro", SHORT),
    ("alibabacloud", "qwen/image", {}),
    ("alibabacloud", "alibaba/wan-2.7", SHORT),
    ("runway", "runway/gen4-image", {}),
    ("cloudflare", "bfl/flux-schnell", {"generation_output_format": "jpg"}),
    ("google", "google/gemini-omni-1.1-flash", {"kind": "video", "generation_duration": 3}),
    ("bedrock", "stability/sd-3.5-large", {}),
    ("bedrock", "amazon/nova-reel", {"kind": "video", "generation_duration": 6}),
)


@pytest.mark.parametrize(
    ("provider", "model", "fields"), CASES, ids=[f"{model} at {provider}" for provider, model, _ in CASES]
)
def test_a_provider_serves_what_was_ordered_from_it(
    customer: Customer, provider: str, model: str, fields: dict[str, Any]
) -> None:
    given = {"model": model, "generation_provider_order": provider, **fields}
    generation_id = customer.generate("A seal", **given)
    record = customer.finish(generation_id)
    assert record["generation_status"] == "succeeded", record
    assert record["generation_provider_used"] == provider
    assert len(record["generation_output_file"]) == 1
    assert customer.trail(generation_id) == [(provider, "used")]
    assert customer.spent > ZERO
    assert until(customer.books_are_exact, "the books are exact")
