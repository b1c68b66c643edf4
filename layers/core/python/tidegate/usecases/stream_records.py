"""Tell a record that nobody can read from an outage: the one is set aside, the other is waited out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

Record = Mapping[str, Any]
T = TypeVar("T")
# What reading bad data raises. Anything else, such as a missing setting, is no fault of the record.
_BAD_DATA: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that will fail however often it is tried, and why."""

    record: Record
    reason: str

    def to_message(self) -> dict[str, object]:
        """The whole record, so that it can be handed over again when the fault is mended."""
        return {"reason": self.reason, "record": self.record}


def read_each(records: Iterable[Record], read: Callable[[Record], T]) -> tuple[list[T], list[Unreadable]]:
    """Read every record by itself, so that a bad one does not hold up its neighbours.

    ``read`` must only read: what it raises for bad data is taken as the record's own fault.
    """
    done: list[T] = []
    unreadable: list[Unreadable] = []
    for record in records:
        try:
            done.append(read(record))
        except _BAD_DATA as error:
            unreadable.append(Unreadable(record, f"{type(error).__name__}: {error}"))
    return done, unreadable
