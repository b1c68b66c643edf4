"""How many jobs a provider may have of us: at once, and begun in a minute.

Attempts are counted in the minute in which they began, and only those of the last ten minutes: an attempt
whose end nobody counted gives its place back by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tidegate.domain.health import minute_of

WINDOW_MINUTES: Final = 10  # longer than any attempt is waited for
_MINUTE_MS: Final = 60_000


@dataclass(frozen=True, slots=True)
class Limit:
    """What the operator allows; None for as many as there are."""

    concurrent: int | None = None
    per_minute: int | None = None


@dataclass(frozen=True, slots=True)
class Minute:
    """Attempts that began in a minute, and those of them that have not ended."""

    begun: int = 0
    unended: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """How many may begin in this minute, and of these be under way; None for any number."""

    begun: int | None = None
    unended: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nobody fits in, whatever has begun in this minute."""
        return any(number is not None and number <= 0 for number in (self.begun, self.unended))


def room(limit: Limit, minutes: Mapping[int, Minute], now_ms: int) -> Room:
    """Return what a limit leaves to the current minute, of which ``minutes`` need not know.

    Of the minute before counts the share that is less than sixty seconds ago, as if it had come evenly: after
    a burst at its end, a window of sixty seconds can hold nearly twice the limit.
    """
    now = minute_of(now_ms)
    begun = unended = None
    if limit.per_minute is not None:
        recent_ms = _MINUTE_MS - now_ms % _MINUTE_MS
        begun = limit.per_minute - minutes.get(now - 1, Minute()).begun * recent_ms // _MINUTE_MS
    if limit.concurrent is not None:
        older = (minutes.get(minute, Minute()) for minute in range(first_minute(now), now))
        unended = limit.concurrent - sum(max(0, minute.unended) for minute in older)
    return Room(begun, unended)


def under_way(minutes: Mapping[int, Minute]) -> int:
    """Add up what has not ended."""
    return sum(max(0, minute.unended) for minute in minutes.values())


def first_minute(minute: int) -> int:
    """Return the first minute of the window that ends with this one."""
    return minute - WINDOW_MINUTES + 1
