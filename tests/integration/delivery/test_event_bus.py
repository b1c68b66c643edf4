"""Publishing to the bus."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.session import get_session
from botocore.stub import Stubber

from tidegate.adapters.eventbridge import EventBus, PublishFailed


@pytest.fixture
def stubbed(aws: dict[str, str]) -> Iterator[tuple[EventBus, Stubber]]:
    client: Any = get_session().create_client("events", region_name="us-east-1")
    with Stubber(client) as stubber:
        yield EventBus(client, "tidegate"), stubber
        stubber.assert_no_pending_responses()


def entries(first: int, count: int) -> dict[str, Any]:
    return {
        "Entries": [
            {
                "EventBusName": "tidegate",
                "Source": "tidegate",
                "DetailType": "generation.started",
                "Detail": json.dumps(event(number), separators=(",", ":")),
            }
            for number in range(first, first + count)
        ]
    }


def answer(count: int, refused: int = 0) -> dict[str, Any]:
    told = [{"EventId": str(number)} for number in range(count - refused)]
    return {
        "FailedEntryCount": refused,
        "Entries": told + [{"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}] * refused,
    }


def event(number: int) -> dict[str, object]:
    return {"event_id": str(number), "event_type": "generation.started"}


def test_events_go_out_ten_at_a_time_and_in_order(stubbed: tuple[EventBus, Stubber]) -> None:
    bus, stubber = stubbed
    stubber.add_response("put_events", answer(10), entries(0, 10))
    stubber.add_response("put_events", answer(10), entries(10, 10))
    stubber.add_response("put_events", answer(3), entries(20, 3))
    bus.publish([event(number) for number in range(23)])


def test_nothing_to_publish_asks_nothing_of_the_bus(stubbed: tuple[EventBus, Stubber]) -> None:
    bus, _ = stubbed
    bus.publish([])


def test_refused_events_are_counted_and_the_others_still_go_out(stubbed: tuple[EventBus, Stubber]) -> None:
    bus, stubber = stubbed
    stubber.add_response("put_events", answer(10, refused=2), entries(0, 10))
    stubber.add_response("put_events", answer(1, refused=1), entries(10, 1))
    with pytest.raises(PublishFailed, match=r"3 of 11.*ThrottlingException") as failure:
        bus.publish([event(number) for number in range(11)])
    assert failure.value.refused == 3
