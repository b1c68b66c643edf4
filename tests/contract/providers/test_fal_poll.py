"""Polling and cancelling at fal: what every kind of answer means."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.providers.wire import Script, answer, fixture, job, told
from tests.contract.providers.wire_fal import COMPLETED, MODEL, PREDICTION, URLS, against
from tidegate.adapters.http import BodyTooLarge, ConnectFailed, ResponseLost
from tidegate.adapters.providers.protocol import SearchUnsupported
from tidegate.adapters.providers.upstream import CALM_DOWN_S
from tidegate.domain.attempt import Failed, FailureClass, FailureCode, MediaFile, Running, Succeeded


def completed(result: Script, **status: object) -> Running | Succeeded | Failed:
    adapter, _ = against(answer(COMPLETED | status), result)
    return adapter.poll(PREDICTION)


@pytest.mark.parametrize(
    "script",
    [
        answer({"status": "IN_QUEUE", "queue_position": 3}, 202),
        answer({"status": "IN_PROGRESS", "logs": []}, 202),
        answer({"status": "SOMETHING_NEW"}),
        answer({"status": ["COMPLETED"]}),
        answer(b"<html>"),
        answer({}, 404),
        answer({"detail": "User is locked."}, 403),
        ResponseLost("timeout"),
        ConnectFailed("refused"),
    ],
)
def test_what_is_not_completed_is_running(script: Script) -> None:
    adapter, vendor = against(script)
    assert adapter.poll(PREDICTION) == Running()
    assert len(vendor.sent) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_throttled_or_failed_poll_keeps_the_job_and_the_wish(status: int) -> None:
    adapter, _ = against(answer({}, status, {"retry-after": "9"}))
    assert adapter.poll(PREDICTION) == Running(9)


def test_a_completed_image_job_has_succeeded() -> None:
    files = tuple(
        MediaFile(url=f"https://v3.fal.media/files/a/{name}.jpeg", content_type="image/jpeg")
        for name in ("one", "two")
    )
    assert completed(answer(fixture("fal_image_result"))) == Succeeded(files, 374)


def test_a_completed_video_job_has_succeeded() -> None:
    file = MediaFile(url="https://v3.fal.media/files/a/film.mp4", content_type="video/mp4")
    assert completed(answer(fixture("fal_video_result"))) == Succeeded((file,), 374)


def test_a_single_image_is_an_output_too() -> None:
    result = completed(answer({"image": {"url": "data:image/png;base64,aGVsbG8="}}))
    assert result == Succeeded((MediaFile(data=b"hello", content_type="image/png"),), 374)


@pytest.mark.parametrize("flags", [[True], [False, True]])
def test_a_flagged_picture_is_a_content_block(flags: list[bool]) -> None:
    result = completed(answer(fixture("fal_image_result") | {"has_nsfw_concepts": flags}))
    assert isinstance(result, Failed)
    assert (result.failure.failure_class, result.failure.code) == (
        FailureClass.FAIL,
        FailureCode.CONTENT_POLICY,
    )


@pytest.mark.parametrize("flags", [None, True, "x", [], [None], ["true"], {"0": True}])
def test_a_flag_of_another_shape_blocks_nothing(flags: object) -> None:
    result = completed(answer(fixture("fal_image_result") | {"has_nsfw_concepts": flags}))
    assert isinstance(result, Succeeded)


@pytest.mark.parametrize(
    "result",
    [
        {},
        {"images": []},
        {"images": "x"},
        {"images": [None]},
        {"images": [{"url": None}]},
        {"images": [{"url": "ftp://a/b"}]},
        {"images": [{"url": "https://a/b.png"}, {}]},
        {"image": "https://a/b.png"},
        {"video": None},
    ],
)
def test_a_result_without_usable_files_fails_over(result: object) -> None:
    outcome = completed(answer(result))
    assert isinstance(outcome, Failed)
    assert outcome.failure.failure_class is FailureClass.FAIL_OVER
    assert outcome.failure.code is FailureCode.INVALID_RESPONSE


@pytest.mark.parametrize(
    "case",
    [
        case
        for case in fixture("fal_errors")
        if case["status"] in {400, 422, 500, 503, 504} and "text" not in case
    ],
    ids=lambda case: case["name"],
)
def test_a_run_that_failed_is_told_by_its_result_call(case: dict[str, Any]) -> None:
    outcome = completed(told(case), error="something went wrong")
    assert isinstance(outcome, Failed)
    assert (outcome.failure.failure_class, outcome.failure.code) == (case["class"], case["code"])


@pytest.mark.parametrize(
    ("error", "error_type", "failure_class", "code"),
    [
        ("Request timed out", "request_timeout", FailureClass.RETRY, FailureCode.TIMEOUT),
        ("Runner died", "runner_disconnected", FailureClass.RETRY, FailureCode.UNAVAILABLE),
        ("blocked", "content_policy_violation", FailureClass.FAIL, FailureCode.CONTENT_POLICY),
        ("something", None, FailureClass.FAIL_OVER, FailureCode.ERROR),
        ({"message": "something"}, 5, FailureClass.FAIL_OVER, FailureCode.ERROR),
        (True, [], FailureClass.FAIL_OVER, FailureCode.ERROR),
    ],
)
def test_an_error_beside_completed_is_a_failure_even_with_a_result(
    error: object, error_type: object, failure_class: FailureClass, code: FailureCode
) -> None:
    outcome = completed(answer({}), error=error, error_type=error_type)
    assert isinstance(outcome, Failed)
    assert (outcome.failure.failure_class, outcome.failure.code) == (failure_class, code)


@pytest.mark.parametrize(
    "result",
    [
        answer({"detail": "Request is still in progress"}, 400),
        answer(b"<html>nginx</html>", 502),
        answer(b"<html>", 200),
        answer([1], 200),
        answer({"detail": "User is locked."}, 403),
        answer({"detail": "Unauthorized"}, 401),
        answer({"detail": "Not found"}, 404),
        ResponseLost("timeout"),
        BodyTooLarge("too large", 200),
    ],
)
def test_a_result_that_could_not_be_read_is_asked_for_again(result: Script) -> None:
    assert completed(result) == Running()


def test_a_result_that_is_asked_for_too_often_is_left_alone_for_a_while() -> None:
    assert completed(answer({"detail": "Too many"}, 429)) == Running(CALM_DOWN_S)
    assert completed(answer({"detail": "Too many"}, 429, {"retry-after": "3"})) == Running(3)


@pytest.mark.parametrize(
    ("script", "taken"),
    [
        (answer({"status": "OK"}), True),
        (answer({"status": "CANCELLATION_REQUESTED"}, 202), True),
        (answer({"status": "ALREADY_COMPLETED"}, 400), False),
        (answer({"status": "ALREADY_COMPLETED"}), False),
        (answer({"status": "NOT_FOUND"}, 404), False),
        (answer({"status": "NOT_FOUND"}), False),
        (ResponseLost("timeout"), False),
        (ConnectFailed("refused"), False),
    ],
)
def test_a_cancel_says_whether_fal_took_it(script: Script, taken: bool) -> None:  # noqa: FBT001
    adapter, vendor = against(script)
    assert adapter.cancel(PREDICTION) is taken
    assert (vendor.sent[0].method, vendor.sent[0].url) == ("PUT", URLS["cancel"])


def test_fal_cannot_be_searched() -> None:
    adapter, _ = against()
    assert not adapter.abilities.search
    with pytest.raises(SearchUnsupported):
        adapter.search(job(MODEL), 0, 1)
