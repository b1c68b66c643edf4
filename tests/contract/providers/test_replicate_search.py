"""Looking for a Replicate job whose submit answer was lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.contract.providers.wire import Vendor, answer, fixture, job, secrets
from tidegate.adapters.http import HttpResponse, ResponseLost
from tidegate.adapters.providers.protocol import OutcomeUnknown, SearchUnsupported
from tidegate.adapters.providers.replicate import Replicate
from tidegate.domain.attempt import Prediction

MODEL = "black-forest-labs/flux-schnell"
WIRE: dict[str, Any] = fixture("replicate_prediction")
WIRE["input"]["seed"] = 42
JOB = job(MODEL, num_outputs=1, guidance=Decimal("3.5"), seed=42)
SINCE_MS, UNTIL_MS = 1_795_168_800_000, 1_795_168_860_500


def search(*pages: HttpResponse | Exception) -> tuple[Prediction | None, Vendor]:
    vendor = Vendor(script=list(pages))
    return Replicate(vendor, secrets()).search(JOB, SINCE_MS, UNTIL_MS), vendor


def page(*results: object, following: object = None) -> HttpResponse:
    return answer({"results": list(results), "next": following, "previous": None})


def test_the_job_of_the_same_model_and_input_is_found() -> None:
    found, vendor = search(page(WIRE | {"id": "other", "input": {"prompt": "a cat"}}, WIRE))
    assert found == Prediction("replicate", WIRE["id"], MODEL)
    parts = urlsplit(vendor.sent[0].url)
    assert parts.path == "/v1/predictions"
    assert parse_qs(parts.query) == {
        "created_after": ["2026-11-20T10:00:00.000Z"],
        "created_before": ["2026-11-20T10:01:00.500Z"],
    }


def test_defaults_that_replicate_filled_in_do_not_hide_the_job() -> None:
    found, _ = search(page(WIRE | {"input": WIRE["input"] | {"go_fast": True}}))
    assert found is not None


def test_a_pinned_version_is_matched_by_version() -> None:
    version = "a" * 64
    vendor = Vendor(script=[page(WIRE | {"model": "owner/name", "version": version})])
    pinned = job(version, num_outputs=1, guidance=3.5, seed=42)
    assert Replicate(vendor, secrets()).search(pinned, SINCE_MS, UNTIL_MS) is not None


@pytest.mark.parametrize(
    "result",
    [
        WIRE | {"model": "black-forest-labs/flux-dev"},
        WIRE | {"input": {}},
        WIRE | {"input": WIRE["input"] | {"prompt": "a lighthouse."}},
        WIRE | {"input": WIRE["input"] | {"guidance": 3.6}},
        WIRE | {"input": "a lighthouse"},
        {},
        None,
        "x",
        5,
    ],
)
def test_a_job_that_differs_is_not_ours(result: object) -> None:
    assert search(page(result))[0] is None


def test_no_page_left_is_a_definite_no() -> None:
    found, vendor = search(page(following=f"{'https://api.replicate.com/v1'}/predictions?cursor=2"), page())
    assert found is None
    assert vendor.sent[1].url == "https://api.replicate.com/v1/predictions?cursor=2"


def test_a_link_to_another_host_gives_its_cursor_only() -> None:
    _, vendor = search(page(following="https://evil.example/steal?cursor=2"), page())
    assert vendor.sent[1].url == "https://api.replicate.com/v1/predictions?cursor=2"


@pytest.mark.parametrize(
    "script",
    [
        (ResponseLost("timeout"),),
        (answer({}, 500),),
        (answer({}, 429),),
        (answer(b"<html>"),),
        (answer({"results": {}}),),
        (page(WIRE, following="?cursor=2"), answer({}, 503)),
    ],
    ids=["lost", "500", "429", "no JSON", "no results", "second page fails"],
)
def test_a_search_without_an_answer_is_unknown(script: tuple[HttpResponse | Exception, ...]) -> None:
    with pytest.raises(OutcomeUnknown):
        search(*script)


def test_two_equal_jobs_cannot_be_told_apart() -> None:
    with pytest.raises(OutcomeUnknown):
        search(page(WIRE, WIRE | {"id": "another"}))


def test_a_job_whose_input_was_removed_might_be_ours() -> None:
    with pytest.raises(OutcomeUnknown):
        search(page(WIRE | {"input": {}, "data_removed": True}))


def test_a_match_without_a_readable_id_is_unknown() -> None:
    with pytest.raises(OutcomeUnknown):
        search(page(WIRE | {"id": "../x"}))


def test_a_list_of_other_shapes_breaks_nothing() -> None:
    found, _ = search(page({"model": [], "version": {}}, WIRE))
    assert found is not None
    with pytest.raises(OutcomeUnknown):
        search(page(following="http://[::1"))


def test_a_list_without_end_is_not_read_for_ever() -> None:
    endless = [page(following="?cursor=again") for _ in range(1_000)]
    with pytest.raises(OutcomeUnknown):
        search(*endless)


def test_a_job_without_a_seed_is_not_searched_for() -> None:
    with pytest.raises(SearchUnsupported):
        Replicate(Vendor(script=[]), secrets()).search(job(MODEL), SINCE_MS, UNTIL_MS)
