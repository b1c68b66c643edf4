"""``?wait=``: an answer that comes when the job has ended, or when the time is up."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.contract.babysea.gateway import NOW_MS
from tests.contract.sharkapi.client import Shark


@pytest.fixture
def at(shark: Shark, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[int, Callable[[], object]]]:
    """What happens after so many milliseconds; time passes only while somebody waits."""
    plan: dict[int, Callable[[], object]] = {}

    def pause(seconds: float) -> None:
        shark.runtime.time_ms += int(seconds * 1000)
        for due in [after_ms for after_ms in plan if NOW_MS + after_ms <= shark.runtime.time_ms]:
            plan.pop(due)()

    monkeypatch.setattr(shark.runtime, "pause", pause)
    yield plan
    assert plan == {}


def _waited_s(shark: Shark) -> float:
    return (shark.runtime.time_ms - NOW_MS) / 1000


def test_a_poll_waits_for_the_end_in_both_dialects(shark: Shark, at: dict[int, Callable[[], object]]) -> None:
    first, second = shark.generate().body["job_id"], shark.image().body["job_id"]
    at[1_000] = lambda: shark.start(first)
    at[3_000] = lambda: shark.complete(first)
    assert shark.job(first, query={"wait": 20}).body["status"] == "complete"
    assert 3 <= _waited_s(shark) < 5.5
    at[8_000] = lambda: shark.fail(second)
    assert shark.api_job(second, query={"wait": 20}).body["status"] == "failed"
    assert shark.books() == ("$0.98", "$0", 0)


def test_a_poll_answers_what_there_is_when_the_time_is_up(
    shark: Shark, at: dict[int, Callable[[], object]]
) -> None:
    job_id = shark.generate().body["job_id"]
    at[2_000] = lambda: shark.start(job_id)
    assert shark.job(job_id, query={"wait": 5}).body["status"] == "processing"
    assert 3 < _waited_s(shark) <= 5


def test_a_cold_start_is_part_of_the_wait(shark: Shark, at: dict[int, Callable[[], object]]) -> None:
    job_id = shark.generate().body["job_id"]
    late = shark.job(job_id, query={"wait": 20}, received_ms=NOW_MS - 12_000)
    assert late.status == 200
    assert 6 <= _waited_s(shark) <= 8
    assert shark.job(job_id, query={"wait": 2}, received_ms=shark.runtime.time_ms + 9_000).status == 200
    assert _waited_s(shark) <= 10, "a clock that goes ahead of ours lengthens nothing"


@pytest.mark.parametrize(("wait", "at_most_s"), [("0", 0), ("00", 0), ("30", 25), ("9999", 25)])
def test_nobody_waits_longer_than_the_gateway_does(
    shark: Shark, at: dict[int, Callable[[], object]], wait: str, at_most_s: int
) -> None:
    job_id = shark.generate().body["job_id"]
    assert shark.job(job_id, query={"wait": wait}).status == 200
    assert at_most_s - 2 <= _waited_s(shark) <= at_most_s


def test_who_does_not_ask_does_not_wait(shark: Shark, at: dict[int, Callable[[], object]]) -> None:
    assert shark.job(shark.generate().body["job_id"]).body["status"] == "queued"
    ended = shark.generate().body["job_id"]
    shark.complete(ended)
    assert shark.job(ended, query={"wait": 25}).body["status"] == "complete"
    assert shark.job("job_" + "0" * 32, query={"wait": 25}).status == 404
    assert _waited_s(shark) == 0


@pytest.mark.parametrize("wait", ["", "-1", "1.5", "soon", "²", "9" * 5_000])
def test_a_wait_that_cannot_be_meant_is_refused(shark: Shark, wait: str) -> None:
    job_id = shark.generate().body["job_id"]
    first, second = shark.job(job_id, query={"wait": wait}), shark.api_job(job_id, query={"wait": wait})
    assert (first.status, first.body["error"]["code"]) == (400, "INVALID_REQUEST")
    assert (second.status, second.body) == (400, {"error": "wait must be a whole number of seconds."})
