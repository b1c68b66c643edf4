"""Polling and cancelling at Replicate: what every kind of answer means."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.providers.wire import Script, answer, first_fit, fixture
from tests.contract.providers.wire_replicate import BASE, MODEL, PREDICTION, WIRE, against
from tidegate.adapters.http import BodyTooLarge, ConnectFailed, ResponseLost, UnsafeUrl
from tidegate.adapters.providers.classification import Symptoms
from tidegate.adapters.providers.replicate_failures import FAILED_PREDICTIONS
from tidegate.adapters.providers.upstream import CALM_DOWN_S
from tidegate.domain.attempt import (
    Failed,
    Failure,
    FailureClass,
    FailureCode,
    MediaFile,
    Prediction,
    Running,
    Succeeded,
)


def polled(**fields: object) -> Running | Succeeded | Failed:
    adapter, _ = against(answer(WIRE | fields))
    return adapter.poll(PREDICTION)


def test_a_poll_reads_the_prediction() -> None:
    adapter, vendor = against(answer(WIRE))
    assert adapter.poll(PREDICTION) == Running()
    (sent,) = vendor.sent
    assert (sent.method, sent.url, sent.body) == ("GET", f"{BASE}/predictions/{WIRE['id']}", None)


@pytest.mark.parametrize("status", ["starting", "processing", "queued_tomorrow", "", None, 5, ["succeeded"]])
def test_a_word_that_is_not_final_keeps_the_job_running(status: object) -> None:
    assert polled(status=status) == Running()


@pytest.mark.parametrize("case", fixture("replicate_failed"), ids=lambda case: case["name"])
def test_a_failed_prediction_is_classified_by_its_text(case: dict[str, Any]) -> None:
    result = polled(status="failed", error=case["error"])
    assert isinstance(result, Failed)
    assert (result.failure.failure_class, result.failure.code) == (case["class"], case["code"])
    assert result.failure.http_status is None


def test_every_row_of_the_table_is_the_meaning_of_some_case() -> None:
    texts = [str(case["error"]) for case in fixture("replicate_failed")]
    assert {first_fit(FAILED_PREDICTIONS, Symptoms(text=text)) for text in texts} == set(FAILED_PREDICTIONS)


@pytest.mark.parametrize("status", ["canceled", "aborted"])
def test_a_canceled_prediction_fails_over(status: str) -> None:
    assert polled(status=status) == Failed(
        Failure(FailureClass.FAIL_OVER, FailureCode.CANCELED, "the prediction was canceled at replicate")
    )


@pytest.mark.parametrize(
    ("output", "urls"),
    [
        ("https://replicate.delivery/a.webp", ["https://replicate.delivery/a.webp"]),
        (["https://replicate.delivery/a.webp"], ["https://replicate.delivery/a.webp"]),
        (["https://a/1.png", "https://a/2.png"], ["https://a/1.png", "https://a/2.png"]),
    ],
)
def test_outputs_come_as_one_url_or_several(output: object, urls: list[str]) -> None:
    files = tuple(MediaFile(url=url) for url in urls)
    assert polled(status="succeeded", output=output) == Succeeded(files, None)


def test_a_data_url_is_decoded() -> None:
    result = polled(status="succeeded", output="data:image/png;base64,aGVsbG8=")
    assert result == Succeeded((MediaFile(data=b"hello", content_type="image/png"),), None)


@pytest.mark.parametrize(
    ("predict_time", "predict_ms"),
    [(1.2345, 1234), (2, 2000), (0, 0), (-1, None), (True, None), ("1", None), (1e300, None), (None, None)],
)
def test_the_predict_time_is_milliseconds_or_nothing(predict_time: object, predict_ms: int | None) -> None:
    result = polled(status="succeeded", output="https://a/1.png", metrics={"predict_time": predict_time})
    assert isinstance(result, Succeeded)
    assert result.predict_ms == predict_ms


@pytest.mark.parametrize(
    "output",
    [
        None,
        "",
        [],
        {},
        5,
        [None],
        ["https://a/1.png", None],
        ["ftp://a/1.png"],
        ["javascript:alert(1)"],
        ["data:image/png;base64,???"],
        ["data:image/png,raw"],
        {"url": "https://a/1.png"},
    ],
)
def test_a_success_without_usable_files_fails_over(output: object) -> None:
    result = polled(status="succeeded", output=output)
    assert isinstance(result, Failed)
    assert result.failure.failure_class is FailureClass.FAIL_OVER
    assert result.failure.code is FailureCode.INVALID_RESPONSE


def test_a_success_whose_output_was_removed_says_so() -> None:
    result = polled(status="succeeded", output=None, data_removed=True)
    assert isinstance(result, Failed)
    assert result.failure.message == "the output was already removed"


POLL_TROUBLE: dict[str, tuple[Script, int | None]] = {
    "lost": (ResponseLost("timeout"), None),
    "not connected": (ConnectFailed("refused"), None),
    "too large": (BodyTooLarge("too large", 200), None),
    "refused by the guard": (UnsafeUrl("private"), None),
    "throttled without a word": (answer({}, 429), CALM_DOWN_S),
    "throttled": (answer({}, 429, {"retry-after": "12"}), 12),
    "down": (answer(b"<html>", 503, {"retry-after": "3"}), 3),
    "internal": (answer({}, 500), None),
    "unknown id": (answer({"detail": "not found"}, 404), None),
    "out of credit": (answer({}, 402), None),
    "no JSON": (answer(b"\x00\x01"), None),
    "no object": (answer([1]), None),
}


@pytest.mark.parametrize(("script", "retry_after_s"), POLL_TROUBLE.values(), ids=POLL_TROUBLE.keys())
def test_a_poll_that_fails_is_not_a_failed_job(script: Script, retry_after_s: int | None) -> None:
    adapter, _ = against(script)
    assert adapter.poll(PREDICTION) == Running(retry_after_s)


def test_a_cancel_is_asked_for_once() -> None:
    adapter, vendor = against(answer(WIRE))
    assert adapter.cancel(PREDICTION)
    assert (vendor.sent[0].method, vendor.sent[0].url) == ("POST", f"{BASE}/predictions/{WIRE['id']}/cancel")


@pytest.mark.parametrize("script", [answer({}, 404), answer({}, 500), ResponseLost("x"), ConnectFailed("x")])
def test_a_cancel_that_fails_is_no_error(script: Script) -> None:
    adapter, _ = against(script)
    assert not adapter.cancel(PREDICTION)


def test_an_adopted_prediction_can_be_polled() -> None:
    adapter, vendor = against(answer(WIRE))
    adapter.poll(adapter.adopt(MODEL, WIRE["id"]))
    assert vendor.sent[0].url.endswith(WIRE["id"])


def test_an_id_that_replicate_never_gave_is_not_put_into_a_url() -> None:
    adapter, vendor = against()
    with pytest.raises(ValueError, match="not an id"):
        adapter.poll(Prediction("replicate", "../account", MODEL))
    assert vendor.sent == []
