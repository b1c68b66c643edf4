"""What a plan allows: requests per window by bucket, generations in flight."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

WINDOW_S: Final = 60  # a fixed window; X-RateLimit-Reset is its end
HOUR_S: Final = 3_600


class Bucket(StrEnum):
    """Requests are counted apart, so that polling cannot eat the right to generate."""

    GENERAL = "general"
    GENERATION = "generation"
    CONTENT = "content"  # the SDK polls every 2 s: ten times the general allowance
    LIBRARY = "library"  # everything that a key of Banatie's surface asks for (contracts: Banatie §1)
    MASTER = "master"  # the same for keys without a project

    @property
    def window_s(self) -> int:
        """How long this bucket's window is."""
        return HOUR_S if self.per_key else WINDOW_S

    @property
    def per_key(self) -> bool:
        """Whether each key is counted for itself. Else all keys of an account share the window."""
        return self in {Bucket.LIBRARY, Bucket.MASTER}


@dataclass(frozen=True, slots=True)
class Plan:
    """A row of the table below. ``in_flight`` of None means no cap."""

    general_per_minute: int
    generation_per_minute: int
    in_flight: int | None = None
    library_per_hour: int = 100
    master_per_hour: int = 1_000  # the contract names no figure

    def limit(self, bucket: Bucket) -> int:
        """Requests per window of this bucket."""
        match bucket:
            case Bucket.GENERATION:
                return self.generation_per_minute
            case Bucket.CONTENT:
                return self.general_per_minute * 10
            case Bucket.LIBRARY:
                return self.library_per_hour
            case Bucket.MASTER:
                return self.master_per_hour
            case _:
                return self.general_per_minute


# Requests per minute: BabySea README 1.0. Caps in flight: docs/limits; "enterprise" is a self-hosted default.
PLANS: Final = {
    "free": Plan(30, 10, 2),
    "starter": Plan(60, 20, 5),
    "pro": Plan(150, 50, 10),
    "scale": Plan(300, 100, 25),
    "enterprise": Plan(600, 200),
    "unlimited": Plan(1_000_000, 1_000_000, None, 1_000_000, 1_000_000),
}
DEFAULT_PLAN: Final = "enterprise"
FAILED_ATTEMPTS: Final = 60  # per window and address; the contract names no figure


@dataclass(frozen=True, slots=True)
class Window:
    """What a caller may still do in the current window."""

    limit: int
    remaining: int
    reset_at_s: int
    exceeded: bool = False  # this very request is one too many

    @classmethod
    def after(cls, used: int, limit: int, now_ms: int, window_s: int = WINDOW_S) -> Window:
        """The state after ``used`` requests of this window, the current one included."""
        reset_at_s = (window_number(now_ms, window_s) + 1) * window_s
        return cls(limit, max(0, limit - used), reset_at_s, exceeded=used > limit)


def window_number(now_ms: int, window_s: int = WINDOW_S) -> int:
    """Which window an instant belongs to."""
    return now_ms // 1000 // window_s
