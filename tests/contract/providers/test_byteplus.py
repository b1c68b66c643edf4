"""BytePlus ModelArk: what is sent, and what every kind of answer means."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.contract.providers.wire import Script, answer
from tests.contract.providers.wire_others import against, image, video
from tidegate.adapters.http import BodyTooLarge, ResponseLost
from tidegate.adapters.providers.protocol import KeyTest, OutcomeUnknown, ProviderRefused, SearchUnsupported
from tidegate.domain.attempt import Accepted, Failed, FailureCode, MediaFile, Prediction, Running, Succeeded

BASE = "https://ark.ap-southeast.bytepluses.com/api/v3"
TASKS = f"{BASE}/contents/generations/tasks"
SEEDREAM = image("seedream-4-0-250828", prompt="a seal", size="2048x2048", watermark=False)
SEEDANCE = video("seedance-1-0-pro-250528", prompt="a seal", duration=5, seed=7)
PREDICTION = Prediction("byteplus", "cgt-1", SEEDANCE.native_model)
URL = "https://ark-content.example/1.jpeg"
MADE = {"model": "m", "created": 1, "data": [{"url": URL, "size": "2048x2048"}], "usage": {}}
BLOCKED = {"code": "OutputImageSensitiveContentDetected", "message": "blocked"}


def task(**fields: Any) -> dict[str, Any]:
    """A task as the list shows it."""
    return {"id": "cgt-1", "model": SEEDANCE.native_model, "created_at": 1_000, "seed": 7, **fields}


def test_a_picture_is_asked_for_and_answered_at_once() -> None:
    adapter, vendor = against("byteplus", answer(MADE))
    assert adapter.submit(SEEDREAM) == Succeeded((MediaFile(url=URL),))
    (sent,) = vendor.sent
    assert (sent.method, sent.url) == ("POST", f"{BASE}/images/generations")
    assert sent.headers["Authorization"] == "Bearer ark-secret"
    assert sent.json == {
        "model": "seedream-4-0-250828",
        "prompt": "a seal",
        "size": "2048x2048",
        "watermark": False,
    }


def test_a_picture_may_be_in_the_answer() -> None:
    inline = base64.b64encode(b"jpeg").decode()
    adapter, _ = against("byteplus", answer({"data": [{"b64_json": inline}]}))
    assert adapter.submit(SEEDREAM) == Succeeded((MediaFile(data=b"jpeg"),))


def test_what_was_made_of_a_batch_counts() -> None:
    adapter, _ = against("byteplus", answer({"data": [{"url": URL}, {"error": BLOCKED}]}))
    assert adapter.submit(SEEDREAM) == Succeeded((MediaFile(url=URL),))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"data": [{"error": BLOCKED}]}, FailureCode.CONTENT_POLICY),
        ({"data": [], "error": BLOCKED}, FailureCode.CONTENT_POLICY),
        ({"data": []}, FailureCode.INVALID_RESPONSE),
        ({"data": [{"url": 5}]}, FailureCode.INVALID_RESPONSE),
        ({"data": [{"b64_json": "%"}]}, FailureCode.INVALID_RESPONSE),
        (b"<html>", FailureCode.INVALID_RESPONSE),
    ],
)
def test_a_success_without_a_picture_is_a_failure(body: object, code: FailureCode) -> None:
    adapter, _ = against("byteplus", answer(body))
    with pytest.raises(ProviderRefused) as refused:
        adapter.submit(SEEDREAM)
    assert refused.value.failure.code is code


def test_a_video_is_a_task_whose_pictures_have_roles() -> None:
    adapter, vendor = against("byteplus", answer({"id": "cgt-1"}))
    job = video(
        SEEDANCE.native_model,
        prompt="a seal",
        first_frame="https://a/1.png",
        last_frame="https://a/2.png",
        duration=5,
    )
    assert adapter.submit(job) == Accepted(PREDICTION)
    assert vendor.sent[0].url == TASKS
    assert vendor.sent[0].json == {
        "model": SEEDANCE.native_model,
        "content": [
            {"type": "text", "text": "a seal"},
            {"type": "image_url", "image_url": {"url": "https://a/1.png"}, "role": "first_frame"},
            {"type": "image_url", "image_url": {"url": "https://a/2.png"}, "role": "last_frame"},
        ],
        "duration": 5,
    }


@pytest.mark.parametrize(
    "script",
    [ResponseLost("timeout"), BodyTooLarge("too large", 200), answer(b"<html>"), answer({"id": "../1"})],
)
def test_a_task_without_a_readable_id_is_unknown(script: Script) -> None:
    adapter, _ = against("byteplus", script)
    with pytest.raises(OutcomeUnknown):
        adapter.submit(SEEDANCE)


@pytest.mark.parametrize("model", ["", "../tasks", "a/b", "A"])
def test_a_name_that_could_not_be_a_model_is_never_sent(model: str) -> None:
    adapter, vendor = against("byteplus")
    with pytest.raises(ProviderRefused):
        adapter.submit(image(model, prompt="a seal"))
    assert vendor.sent == []


@pytest.mark.parametrize("status", ["queued", "running", "warming_up", 5])
def test_a_task_that_has_not_ended_is_running(status: object) -> None:
    adapter, vendor = against("byteplus", answer(task(status=status)))
    assert adapter.poll(PREDICTION) == Running()
    assert vendor.sent[0].url == f"{TASKS}/cgt-1"


@pytest.mark.parametrize("script", [answer({}, 500), answer({}, 404), answer(b"{"), ResponseLost("reset")])
def test_a_poll_that_fails_is_no_verdict(script: Script) -> None:
    adapter, _ = against("byteplus", script)
    assert adapter.poll(PREDICTION) == Running()


def test_a_task_that_succeeded_has_a_file() -> None:
    adapter, _ = against("byteplus", answer(task(status="succeeded", content={"video_url": URL})))
    assert adapter.poll(PREDICTION) == Succeeded((MediaFile(url=URL),))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "succeeded"}, FailureCode.INVALID_RESPONSE),
        ({"status": "cancelled"}, FailureCode.CANCELED),
        ({"status": "expired"}, FailureCode.TIMEOUT),
        ({"status": "failed"}, FailureCode.ERROR),
    ],
)
def test_a_task_that_ended_otherwise_has_failed(fields: dict[str, Any], code: FailureCode) -> None:
    adapter, _ = against("byteplus", answer(task(**fields)))
    ended = adapter.poll(PREDICTION)
    assert isinstance(ended, Failed)
    assert ended.failure.code is code


@pytest.mark.parametrize(("status", "taken"), [(200, True), (400, False)])
def test_only_a_queued_task_is_cancelled(status: int, taken: bool) -> None:  # noqa: FBT001
    adapter, vendor = against("byteplus", answer({}, status))
    assert adapter.cancel(PREDICTION) is taken
    assert (vendor.sent[0].method, vendor.sent[0].url) == ("DELETE", f"{TASKS}/cgt-1")


def test_an_id_that_changes_the_path_is_never_asked_for() -> None:
    adapter, _ = against("byteplus")
    with pytest.raises(ValueError, match="not an id"):
        adapter.poll(Prediction("byteplus", "../images", "m"))


def listed(*tasks: dict[str, Any], total: int | None = None) -> Script:
    """A page of the list."""
    return answer({"total": len(tasks) if total is None else total, "items": list(tasks)})


def test_a_lost_task_is_found_by_its_seed() -> None:
    page = listed(task(id="cgt-2", seed=8), task(), task(id="cgt-3", created_at=99))
    adapter, vendor = against("byteplus", page)
    assert adapter.search(SEEDANCE, 500_000, 2_000_000) == PREDICTION
    assert vendor.sent[0].url == f"{TASKS}?page_num=1&page_size=100&filter.model={SEEDANCE.native_model}"


def test_all_pages_are_read_before_a_task_is_said_not_to_exist() -> None:
    adapter, vendor = against("byteplus", listed(task(seed=8), total=2), listed(task(seed=9), total=2))
    assert adapter.search(SEEDANCE, 0, 2_000_000) is None
    assert len(vendor.sent) == 2


@pytest.mark.parametrize(
    "pages",
    [
        [listed(task(), task(id="cgt-2"))],
        [listed(task(seed=None))],
        [listed(task(id="../1"))],
        [answer({}, 500)],
        [answer({"items": []})],
        [ResponseLost("reset")],
        [listed(task(seed=8), total=9)] * 5,
    ],
    ids=["two alike", "no seed", "bad id", "error", "no total", "lost", "too many"],
)
def test_a_search_that_proves_nothing_leaves_it_unknown(pages: list[Script]) -> None:
    adapter, _ = against("byteplus", *pages)
    with pytest.raises(OutcomeUnknown):
        adapter.search(SEEDANCE, 0, 2_000_000)


@pytest.mark.parametrize("job", [SEEDREAM, video("m", prompt="a seal")], ids=["image", "no seed"])
def test_what_cannot_be_told_from_its_like_is_not_searched(job: Any) -> None:
    adapter, _ = against("byteplus")
    with pytest.raises(SearchUnsupported):
        adapter.search(job, 0, 1)


@pytest.mark.parametrize(
    ("status", "result"), [(200, KeyTest.ACCEPTED), (401, KeyTest.REFUSED), (500, KeyTest.UNANSWERED)]
)
def test_a_key_is_tried(status: int, result: KeyTest) -> None:
    adapter, _ = against("byteplus", answer({}, status))
    assert adapter.try_key() is result
