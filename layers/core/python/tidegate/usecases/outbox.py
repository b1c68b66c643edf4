"""Tell the world what the table says: start executions, publish events. At least once, by name or id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tidegate.adapters.dynamodb import generation_codec
from tidegate.adapters.eventbridge import EventBus
from tidegate.domain.generation import Generation
from tidegate.usecases.launch import Launcher
from tidegate.usecases.stream_records import Record, Unreadable, read_each

Present = Callable[[Generation], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Drained:
    """What came of a batch. The ``unreadable`` records are the caller's to keep."""

    published: int
    unreadable: Sequence[Unreadable]


@dataclass(frozen=True, slots=True)
class _Change:
    started: Generation | None = None
    event: Mapping[str, Any] | None = None


def drain(records: Iterable[Record], launcher: Launcher, bus: EventBus, present: Present) -> Drained:
    """Act on the stream records of generations; say how many events were published.

    A new generation starts its execution. A changed status is published as ``present`` tells it (None: a
    status that has no event). Raising repeats the whole batch, which is safe.
    """
    changes, unreadable = read_each(records, lambda record: _read(record, present))
    for change in changes:
        if change.started is not None:
            launcher.launch(change.started)
    events = [change.event for change in changes if change.event is not None]
    if events:
        bus.publish(events)
    return Drained(len(events), unreadable)


def _read(record: Record, present: Present) -> _Change:
    image = record["dynamodb"]
    new = generation_codec.from_item(image["NewImage"])
    if record["eventName"] == "INSERT":
        return _Change(started=new)
    if new.status != image["OldImage"]["status"]["S"]:
        return _Change(event=present(new))
    return _Change()
