"""The attempt worker's Lambda: what becomes of a message that could not be handled."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from functions.pipeline import attempt
from tests.integration.conftest import SESSION
from tidegate.runtime import Runtime

VISIBILITY_S = 90


class Machinery:
    """The worker on the in-process AWS, over a queue that hides messages for 90 s by itself."""

    def __init__(self, aws: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.sqs: Any = Runtime(aws, SESSION).client("sqs")
        self.url = aws["TIDEGATE_ATTEMPTS_QUEUE_URL"]
        self.sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"VisibilityTimeout": str(VISIBILITY_S)})
        self.hidden: list[int] = []
        self.runtime = Runtime(aws, SESSION)
        self.runtime.__dict__["attempt_context"] = None
        # moto does not tell until when a message hides: note what it accepts
        self.runtime._sqs.meta.events.register(
            "provide-client-params.sqs.ChangeMessageVisibility",
            lambda params, **_: self.hidden.append(params["VisibilityTimeout"]),
        )
        monkeypatch.setattr(attempt, "runtime", self.runtime)

    def receive(self, body: str) -> dict[str, Any]:
        """A message as Lambda hands it over, really received."""
        self.sqs.send_message(QueueUrl=self.url, MessageBody=body)
        answer = self.sqs.receive_message(
            QueueUrl=self.url, MessageSystemAttributeNames=["ApproximateReceiveCount"]
        )
        (message,) = answer["Messages"]
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
        }


@pytest.fixture
def machinery(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Machinery:
    return Machinery(aws, monkeypatch)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Decide what a step does."""
    return lambda step: monkeypatch.setattr(attempt, "handle", lambda _context, _message: step())


def _fail() -> None:
    raise RuntimeError("DynamoDB is slow today")


def _report(record: Mapping[str, Any]) -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}


@pytest.mark.parametrize(
    ("receipts", "seconds"), [(1, 2), (2, 5), (3, 10), (4, 20), (5, 40), (6, 60), (9, 60)]
)
def test_a_message_whose_step_failed_comes_again_after_seconds_and_ever_later(
    machinery: Machinery, steps: Any, receipts: int, seconds: int
) -> None:
    steps(_fail)
    record = machinery.receive("{}")
    record["attributes"]["ApproximateReceiveCount"] = str(receipts)
    assert attempt.handler({"Records": [record]}, None) == _report(record)
    assert machinery.hidden == [seconds]


def test_a_message_that_is_no_json_fails_alone(machinery: Machinery, steps: Any) -> None:
    steps(lambda: None)
    good, bad = machinery.receive('{"kind": "poll"}'), machinery.receive("no json")
    assert attempt.handler({"Records": [good, bad]}, None) == _report(bad)


def test_a_message_whose_step_was_taken_is_reported_done_and_not_hidden(
    machinery: Machinery, steps: Any
) -> None:
    steps(lambda: None)
    record = machinery.receive(json.dumps({"kind": "poll", "generation_id": "g", "number": 1}))
    assert attempt.handler({"Records": [record]}, None) == {"batchItemFailures": []}
    assert machinery.hidden == []


@pytest.mark.parametrize("spoiled", ["receiptHandle", "attributes"])
def test_a_message_that_cannot_be_hidden_is_reported_all_the_same(
    machinery: Machinery, steps: Any, spoiled: str
) -> None:
    steps(_fail)
    record = machinery.receive("{}") | {spoiled: "spoiled"}
    assert attempt.handler({"Records": [record]}, None) == _report(record)
