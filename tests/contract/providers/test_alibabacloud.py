"""Alibaba Cloud Model Studio: what is sent, and what every kind of answer means."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.providers.wire import Script, answer
from tests.contract.providers.wire_others import against, image, video
from tidegate.adapters.http import ResponseLost
from tidegate.adapters.providers.protocol import KeyTest, OutcomeUnknown, ProviderRefused, SearchUnsupported
from tidegate.domain.attempt import (
    Accepted,
    Failed,
    FailureClass,
    FailureCode,
    MediaFile,
    Prediction,
    Running,
    Succeeded,
)

BASE = "https://dashscope-intl.aliyuncs.com/api/v1"
QWEN = image("qwen-image-plus", prompt="a seal", size="1664*928", seed=7)
WAN = video("wan2.5-t2v-preview", prompt="a seal", negative_prompt="fog", size="1280*720", duration=5)
PREDICTION = Prediction("alibabacloud", "task-1", WAN.native_model)
URL = "https://dashscope-result.example/1.png?Signature=x"


def made(*contents: object, **fields: Any) -> Script:
    """The answer with images."""
    message = {"role": "assistant", "content": list(contents)}
    return answer({"output": {"choices": [{"finish_reason": "stop", "message": message}]}, **fields})


def task(status: object, **output: Any) -> Script:
    """A task as GET shows it."""
    return answer({"request_id": "r", "output": {"task_id": "task-1", "task_status": status, **output}})


def test_a_picture_is_asked_for_in_a_message_and_answered_at_once() -> None:
    adapter, vendor = against("alibabacloud", made({"image": URL}))
    assert adapter.submit(QWEN) == Succeeded((MediaFile(url=URL),))
    (sent,) = vendor.sent
    assert sent.url == f"{BASE}/services/aigc/multimodal-generation/generation"
    assert sent.headers["Authorization"] == "Bearer sk-secret"
    assert "X-DashScope-Async" not in sent.headers
    assert sent.json == {
        "model": "qwen-image-plus",
        "input": {"messages": [{"role": "user", "content": [{"text": "a seal"}]}]},
        "parameters": {"size": "1664*928", "seed": 7},
    }


def test_input_pictures_come_before_the_prompt() -> None:
    adapter, vendor = against("alibabacloud", made({"image": URL}))
    adapter.submit(image("qwen-image-2.0", prompt="a seal", images=["https://a/1.png", "https://a/2.png"]))
    (message,) = vendor.sent[0].json["input"]["messages"]
    assert message["content"] == [
        {"image": "https://a/1.png"},
        {"image": "https://a/2.png"},
        {"text": "a seal"},
    ]
    assert vendor.sent[0].json["parameters"] == {}


def test_text_beside_the_pictures_is_no_picture() -> None:
    adapter, _ = against("alibabacloud", made({"text": "here"}, {"image": URL}))
    assert adapter.submit(QWEN) == Succeeded((MediaFile(url=URL),))


BLOCKED = {"code": "DataInspectionFailed", "message": "inappropriate"}


@pytest.mark.parametrize(
    ("script", "code", "failure_class"),
    [
        (answer({**BLOCKED, "request_id": "r"}), FailureCode.CONTENT_POLICY, FailureClass.FAIL),
        (made(**BLOCKED), FailureCode.CONTENT_POLICY, FailureClass.FAIL),
        (made(), FailureCode.INVALID_RESPONSE, FailureClass.FAIL_OVER),
        (made({"image": 5}), FailureCode.INVALID_RESPONSE, FailureClass.FAIL_OVER),
        (answer({"output": None}), FailureCode.INVALID_RESPONSE, FailureClass.FAIL_OVER),
        (answer(b"<html>"), FailureCode.INVALID_RESPONSE, FailureClass.FAIL_OVER),
    ],
)
def test_a_success_without_a_picture_is_a_failure(
    script: Script, code: FailureCode, failure_class: FailureClass
) -> None:
    adapter, _ = against("alibabacloud", script)
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(QWEN)
    assert (refused.value.failure.code, refused.value.failure.failure_class) == (code, failure_class)


def test_a_picture_counts_although_a_code_stands_beside_it() -> None:
    adapter, _ = against("alibabacloud", made({"image": URL}, code="Partial", message="one of two"))
    assert adapter.submit(QWEN) == Succeeded((MediaFile(url=URL),))


def test_a_video_is_a_task() -> None:
    adapter, vendor = against("alibabacloud", task("PENDING"))
    assert adapter.submit(WAN) == Accepted(PREDICTION)
    (sent,) = vendor.sent
    assert sent.url == f"{BASE}/services/aigc/video-generation/video-synthesis"
    assert sent.headers["X-DashScope-Async"] == "enable"
    assert sent.json == {
        "model": "wan2.5-t2v-preview",
        "input": {"prompt": "a seal", "negative_prompt": "fog"},
        "parameters": {"size": "1280*720", "duration": 5},
    }


def test_frames_of_a_video_are_media_of_its_input() -> None:
    adapter, vendor = against("alibabacloud", task("PENDING"))
    adapter.submit(
        video("wan2.7-i2v", prompt="a seal", first_frame="https://a/1.png", last_frame="https://a/2.png")
    )
    assert vendor.sent[0].json["input"] == {
        "prompt": "a seal",
        "media": [
            {"type": "first_frame", "url": "https://a/1.png"},
            {"type": "last_frame", "url": "https://a/2.png"},
        ],
    }


def test_a_refused_task_may_come_as_a_success() -> None:
    adapter, _ = against("alibabacloud", answer({"code": "Arrearage", "message": "pay"}))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(WAN)
    assert refused.value.failure.failure_class is FailureClass.OUT_OF_FUNDS


@pytest.mark.parametrize("script", [ResponseLost("timeout"), answer(b"<html>"), answer({"output": {}})])
def test_a_task_without_a_readable_id_is_unknown(script: Script) -> None:
    adapter, _ = against("alibabacloud", script)
    with pytest.raises(OutcomeUnknown):
        adapter.submit(WAN)


def test_an_error_in_the_form_of_openai_is_understood() -> None:
    adapter, _ = against("alibabacloud", answer({"error": {"code": "Arrearage", "message": "pay"}}, 400))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(QWEN)
    assert refused.value.failure.failure_class is FailureClass.OUT_OF_FUNDS


@pytest.mark.parametrize("status", ["PENDING", "SUSPENDED", "RUNNING", "TOMORROW", 5])
def test_a_task_is_not_asked_for_more_often_than_the_account_may(status: object) -> None:
    adapter, vendor = against("alibabacloud", task(status))
    assert adapter.poll(PREDICTION) == Running(5)
    assert vendor.sent[0].url == f"{BASE}/tasks/task-1"


@pytest.mark.parametrize(
    ("script", "wait_s"),
    [
        (answer({}, 500), 5),
        (answer({}, 429, {"retry-after": "2"}), 5),
        (answer({}, 429, {"retry-after": "30"}), 30),
        (ResponseLost("reset"), 5),
    ],
)
def test_a_poll_that_fails_is_no_verdict(script: Script, wait_s: int) -> None:
    adapter, _ = against("alibabacloud", script)
    assert adapter.poll(PREDICTION) == Running(wait_s)


def test_a_task_that_succeeded_has_a_file() -> None:
    adapter, _ = against("alibabacloud", task("SUCCEEDED", video_url=URL))
    assert adapter.poll(PREDICTION) == Succeeded((MediaFile(url=URL),))


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (task("SUCCEEDED"), FailureCode.INVALID_RESPONSE),
        (task("CANCELED"), FailureCode.CANCELED),
        (task("UNKNOWN"), FailureCode.ERROR),
        (task("FAILED"), FailureCode.ERROR),
    ],
)
def test_a_task_that_ended_otherwise_has_failed(script: Script, code: FailureCode) -> None:
    adapter, _ = against("alibabacloud", script)
    ended = adapter.poll(PREDICTION)
    assert isinstance(ended, Failed)
    assert ended.failure.code is code


@pytest.mark.parametrize(
    ("script", "taken"),
    [
        (answer({"request_id": "r"}), True),
        (answer({"code": "UnsupportedOperation"}, 400), False),
        (answer({"code": "UnsupportedOperation"}), False),
        (ResponseLost("reset"), False),
    ],
)
def test_only_a_pending_task_is_cancelled(script: Script, taken: bool) -> None:  # noqa: FBT001
    adapter, vendor = against("alibabacloud", script)
    assert adapter.cancel(PREDICTION) is taken
    assert (vendor.sent[0].method, vendor.sent[0].url) == ("POST", f"{BASE}/tasks/task-1/cancel")


def test_a_lost_task_cannot_be_looked_up() -> None:
    adapter, _ = against("alibabacloud")
    with pytest.raises(SearchUnsupported):
        adapter.search(WAN, 0, 1)


def test_an_id_that_changes_the_path_is_never_asked_for() -> None:
    adapter, _ = against("alibabacloud")
    with pytest.raises(ValueError, match="not an id"):
        adapter.poll(Prediction("alibabacloud", "../x", "m"))


@pytest.mark.parametrize(("status", "result"), [(200, KeyTest.ACCEPTED), (401, KeyTest.REFUSED)])
def test_a_key_is_tried(status: int, result: KeyTest) -> None:
    adapter, _ = against("alibabacloud", answer({}, status))
    assert adapter.try_key() is result
