"""Every fact of the vendors' error tables has a row, and every row is the meaning of some fact."""

from __future__ import annotations

import importlib
from collections.abc import Iterable

import pytest

from tests.contract.providers.failure_cases import (
    FLUX,
    GEN4,
    NOVA,
    QWEN,
    SEEDREAM,
    Case,
    failed_jobs,
    refusals,
)
from tests.contract.providers.wire import answer, first_fit
from tests.contract.providers.wire_others import against
from tidegate.adapters.providers.classification import BY_STATUS, Rule, Symptoms, classify
from tidegate.adapters.providers.protocol import ProviderRefused
from tidegate.domain.attempt import Failed, Failure, FailureClass

TABLES = {
    "byteplus": ("RULES",),
    "alibabacloud": ("RULES",),
    "runway": ("REFUSALS", "FAILED_TASKS"),
    "cloudflare": ("RULES",),
    "bedrock": ("REFUSALS", "RESULTS"),
}
JOBS = {"byteplus": SEEDREAM, "alibabacloud": QWEN, "runway": GEN4, "cloudflare": FLUX, "bedrock": NOVA}


def failure_of(case: Case) -> Failure:
    """What the adapter makes of it."""
    adapter, _ = against(case.provider, case.script)
    if case.prediction is not None:
        ended = adapter.poll(case.prediction)
        assert isinstance(ended, Failed)
        return ended.failure
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(case.job)
    return refused.value.failure


@pytest.mark.parametrize("case", [*refusals(), *failed_jobs()], ids=lambda case: case.name)
def test_a_failure_is_classified(case: Case) -> None:
    failure = failure_of(case)
    assert (failure.failure_class, failure.code) == (case.failure_class, case.code)
    refused = case.script.status >= 400
    assert failure.http_status == (case.script.status if refused else None)
    assert failure.message


@pytest.mark.parametrize("provider", TABLES)
def test_every_row_of_a_table_is_the_meaning_of_some_case(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module(f"tidegate.adapters.providers.{provider}_failures")
    decided: set[Rule] = set()

    def noting(rules: Iterable[Rule], symptoms: Symptoms) -> Failure:
        decided.add(first_fit(rules, symptoms))
        return classify(rules, symptoms)

    monkeypatch.setattr(module, "classify", noting)
    for case in [*refusals(), *failed_jobs()]:
        if case.provider == provider:
            failure_of(case)
    rows = {row for table in TABLES[provider] for row in getattr(module, table)}
    assert rows - set(BY_STATUS) - decided == set()


@pytest.mark.parametrize(
    ("status", "failure_class", "code"),
    [
        (402, "out_of_funds", "provider_credits_exhausted"),
        (401, "fail_over", "provider_auth"),
        (403, "fail_over", "provider_auth"),
        (404, "fail_over", "provider_model_unavailable"),
        (410, "fail_over", "provider_model_unavailable"),
        (400, "fail", "invalid_input"),
        (413, "fail", "invalid_input"),
        (422, "fail", "invalid_input"),
        (429, "retry", "provider_rate_limited"),
        (408, "retry", "provider_timeout"),
        (504, "retry", "provider_timeout"),
        (500, "retry", "provider_unavailable"),
        (503, "retry", "provider_unavailable"),
        (418, "fail_over", "provider_error"),
        (302, "fail_over", "provider_error"),
    ],
)
@pytest.mark.parametrize("provider", JOBS)
def test_a_page_that_says_nothing_is_judged_by_its_status(
    provider: str, status: int, failure_class: str, code: str
) -> None:
    adapter, _ = against(provider, answer(b"<html>front door</html>", status))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(JOBS[provider])
    assert (refused.value.failure.failure_class, refused.value.failure.code) == (failure_class, code)


@pytest.mark.parametrize("provider", JOBS)
def test_a_wish_for_patience_is_passed_on(provider: str) -> None:
    adapter, _ = against(provider, answer({}, 429, {"retry-after": "7"}))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(JOBS[provider])
    assert refused.value.failure.failure_class is FailureClass.RETRY
    assert refused.value.failure.retry_after_s == 7


@pytest.mark.parametrize(
    "body", [{"error": 5}, {"error": []}, {"code": [], "message": {}}, {"errors": [5]}, []]
)
@pytest.mark.parametrize("provider", JOBS)
def test_a_body_of_another_shape_breaks_nothing(provider: str, body: object) -> None:
    adapter, _ = against(provider, answer(body, 400))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(JOBS[provider])
    assert refused.value.failure.failure_class is FailureClass.FAIL
