"""Usage: names of endpoints, and adding up."""

from __future__ import annotations

from tidegate.domain.money import Money
from tidegate.domain.usage import (
    DayCount,
    EndpointUsage,
    ErrorCount,
    ProviderUsage,
    by_endpoint,
    by_provider,
    day_of,
    endpoint_code,
    endpoint_name,
)
from tidegate.surfaces.endpoints import NAMES, ROUTES

DAY_MS = 86_400_000


def test_a_day_begins_at_midnight_utc() -> None:
    assert day_of(20_000 * DAY_MS - 1) == 19_999
    assert day_of(20_000 * DAY_MS) == 20_000


def test_an_endpoint_is_named_without_its_greedy_parameter() -> None:
    assert endpoint_name("POST /v1/generate/image/{model_identifier+}") == "POST /v1/generate/image"
    assert endpoint_name("GET /v1/content/{generation_id}") == "GET /v1/content/{generation_id}"
    assert endpoint_name("") == ""


def test_the_codes_of_all_endpoints_differ_and_are_short() -> None:
    assert len(NAMES) == len(ROUTES)
    assert {len(code) for code in NAMES} == {4}
    assert endpoint_code("GET /v1/status") == endpoint_code("GET /v1/status")


def test_days_and_keys_are_added_up_by_endpoint() -> None:
    counts = [DayCount(1, 5, {"aaaa": 3, "bbbb": 2}), DayCount(2, 4, {"aaaa": 4})]
    errors = [
        ErrorCount("aaaa", "BSE2001", is_server=False, count=2),
        ErrorCount("aaaa", "BSE2001", is_server=False, count=1),
        ErrorCount("aaaa", "BSE5001", is_server=True, count=1),
        ErrorCount("gone", "BSE2001", is_server=False, count=1),
    ]
    found = by_endpoint(counts, errors, {"aaaa": "GET /z", "bbbb": "GET /a"})
    assert found == (
        EndpointUsage("GET /a", 2, 0, 0, {}),
        EndpointUsage("GET /z", 7, 3, 1, {"BSE2001": 3, "BSE5001": 1}),
        EndpointUsage("gone", 0, 1, 0, {"BSE2001": 1}),
    )
    assert [entry.successes for entry in found] == [2, 3, 0]


def test_providers_are_added_up_over_the_days() -> None:
    one = ProviderUsage("fal", 2, used=1, failed=1, cost=Money(6), wasted=Money(3))
    other = ProviderUsage("bfl", 1, cancelled=1, discarded=1, cost=Money(3))
    both = ProviderUsage("fal", 4, used=2, failed=2, cost=Money(12), wasted=Money(6))
    assert by_provider([one, other, one]) == (other, both)
