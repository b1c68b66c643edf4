"""How long things may take. Times of the hosted product: 60 s an image attempt, 250 s a video attempt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from tidegate.domain.attempt import FailureClass
from tidegate.domain.generation import MediaType

SUBMIT_RETRIES: Final = 1  # a definite refusal that asks for patience is tried once more, then we fail over
LOST_GRACE_S: Final = 5  # how long a job whose answer was lost has to show up before it is looked for
ORPHAN_POLL_S: Final = 30
START_S: Final = 2  # what an attempt takes to be written down, before the state machine stops waiting for it
STORE_S: Final = 60  # how long the files of one result may take from the provider to us


@dataclass(frozen=True, slots=True)
class Budget:
    """The time of one media type, in seconds."""

    attempt_s: int  # from the start of an attempt to its fail-over
    hold_s: int  # from the submit to the end of the hold, whatever the providers say
    poll_delays_s: tuple[int, ...]  # the last one repeats; callbacks usually come first

    def poll_delay_s(self, polls: int) -> int:
        """How long to wait before the poll after ``polls`` polls."""
        return self.poll_delays_s[min(polls, len(self.poll_delays_s) - 1)]


DEFAULT_BUDGETS: Final[Mapping[MediaType, Budget]] = {
    MediaType.IMAGE: Budget(60, 30 * 60, (1, 2, 3, 5)),
    MediaType.VIDEO: Budget(250, 60 * 60, (5, 10, 15)),
}


def budgets_from(texts: Mapping[str, str | None]) -> Mapping[MediaType, Budget]:
    """Return the budgets with overrides such as ``{"IMAGE": "20:90"}``: attempt and hold seconds.

    Raises:
        ValueError: an override is not two whole numbers, or the hold is shorter than the attempt.
    """
    budgets = dict(DEFAULT_BUDGETS)
    for name, text in texts.items():
        if text is None:
            continue
        attempt_s, hold_s = (int(part) for part in text.split(":"))
        if not 0 < attempt_s <= hold_s:
            raise ValueError(f"{name} budget {text!r}: the hold must outlast the attempt")
        media_type = MediaType(name.lower())
        budgets[media_type] = replace(budgets[media_type], attempt_s=attempt_s, hold_s=hold_s)
    return budgets


def store_timeout_s(worker_timeout_s: int) -> int:
    """How much of a worker's time is kept for storing what a provider made."""
    return min(worker_timeout_s // 2, STORE_S)


def retry_delay_s(failure_class: FailureClass, retries: int, retry_after_s: int | None) -> int | None:
    """How long to wait before asking the same provider again; None: do not ask it again."""
    if failure_class is not FailureClass.RETRY or retries >= SUBMIT_RETRIES:
        return None
    return max(1, retry_after_s or 1)


def orphan_check_s(elapsed_s: int) -> int:
    """How long the state machine waits before it looks again whether an orphan answered."""
    return min(max(elapsed_s // 4, 10), 120)
