"""The event bus."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types_boto3_events import EventBridgeClient

SOURCE: Final = "tidegate"
_MAX_ENTRIES: Final = 10  # PutEvents takes no more (AWS API reference, PutEvents)


class PublishFailed(RuntimeError):
    """The bus refused some of the events. Publish all again: consumers know copies by ``event_id``."""

    def __init__(self, refused: int, total: int, code: str) -> None:
        super().__init__(f"the event bus refused {refused} of {total} events, first with {code}")
        self.refused = refused


class EventBus:
    """Publishes to one bus, at least once."""

    def __init__(self, client: EventBridgeClient, name: str) -> None:
        self._client = client
        self._name = name

    def publish(self, events: Sequence[Mapping[str, object]]) -> None:
        """Publish events in order; each is its own detail and names its type in ``event_type``.

        Raises:
            PublishFailed: some were refused; the others are published.
        """
        codes: list[str] = []
        for start in range(0, len(events), _MAX_ENTRIES):
            codes += self._put(events[start : start + _MAX_ENTRIES])
        if codes:
            raise PublishFailed(len(codes), len(events), codes[0])

    def _put(self, events: Sequence[Mapping[str, object]]) -> list[str]:
        answer = self._client.put_events(
            Entries=[
                {
                    "EventBusName": self._name,
                    "Source": SOURCE,
                    "DetailType": str(event["event_type"]),
                    "Detail": json.dumps(event, separators=(",", ":")),
                }
                for event in events
            ]
        )
        return [entry["ErrorCode"] for entry in answer["Entries"] if entry.get("ErrorCode")]
