"""Tell the world what the table says: start executions, publish events. At least once, by name or id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tidegate.adapters.dynamodb import generation_codec
from tidegate.adapters.eventbridge import EventBus
from tidegate.domain.generation import Generation
from tidegate.usecases.launch import Launcher

Present = Callable[[Generation], Mapping[str, Any] | None]


def drain(records: Iterable[Mapping[str, Any]], launcher: Launcher, bus: EventBus, present: Present) -> int:
    """Act on the stream records of generations; return how many events were published.

    A new generation starts its execution. A changed status is published as ``present`` tells it (None: a
    status that has no event). Raising repeats the whole batch, which is safe.
    """
    events = []
    for record in records:
        image = record["dynamodb"]
        new = generation_codec.from_item(image["NewImage"])
        if record["eventName"] == "INSERT":
            launcher.launch(new)
        elif new.status != image["OldImage"]["status"]["S"]:
            event = present(new)
            if event is not None:
                events.append(event)
    if events:
        bus.publish(events)
    return len(events)
