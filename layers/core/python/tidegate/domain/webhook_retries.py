"""When a delivery is tried again: fast at first, then ever more rarely for three days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Final

from tidegate.domain.webhooks import Delivery

# The wait before each fast attempt (contracts: BabySea §8.4). SQS delays by whole seconds, so a queue that
# wakes the worker rounds up (``whole_seconds``): half a second becomes one, one and a half become two.
FAST_DELAYS_MS: Final = (0, 500, 1_500, 3_000, 5_000)
FAST_ATTEMPTS: Final = len(FAST_DELAYS_MS)
# Ours: 1 and 5 min, 0.5, 2, 5, 10, 14, 20 and 23 h, together 74.6 h.
TAIL_S: Final = (60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 82_800)
LIFETIME_MS: Final = 75 * 3_600_000  # after its event, no attempt begins
JITTER: Final = 0.1  # a tail wait is shortened by up to this part, so that the sum stays within the lifetime
MAX_QUEUE_WAIT_S: Final = 900  # SQS delays by no more (SQS quotas)
MAX_RETRY_AFTER_S: Final = 3_600  # a receiver cannot ask for more patience than this
TIMEOUT_S: Final = 10  # contracts: BabySea §8.4
GONE: Final = 410  # the receiver wants nothing more, ever (RFC 9110 §15.5.11)


@dataclass(frozen=True, slots=True)
class RetryPlan:
    """The times of a delivery. The defaults are production's."""

    timeout_s: float = TIMEOUT_S
    queue_wait_s: int = MAX_QUEUE_WAIT_S  # longer waits are scheduled
    tail_s: tuple[int, ...] = TAIL_S

    @property
    def max_attempts(self) -> int:
        """How often a delivery is tried at most."""
        return FAST_ATTEMPTS + len(self.tail_s)

    def next_due_ms(
        self, delivery: Delivery, *, now_ms: int, asked_s: int | None = None, chance: float = 0.0
    ) -> int | None:
        """Return when to try again after a failed attempt, or None when that was the last.

        Args:
            delivery: with the attempts that were begun.
            now_ms: when the attempt failed.
            asked_s: what the receiver's ``Retry-After`` said; an hour is the most that counts.
            chance: from 0 to 1, drawn by the caller; spreads the tail.
        """
        delay_ms = self._delay_ms(delivery, chance)
        if delay_ms is None:
            return None
        due_ms = now_ms + max(delay_ms, 1_000 * min(asked_s or 0, MAX_RETRY_AFTER_S))
        return due_ms if due_ms <= delivery.key.occurred_at_ms + LIFETIME_MS else None

    def _delay_ms(self, delivery: Delivery, chance: float) -> int | None:
        made = delivery.attempts
        if made < FAST_ATTEMPTS:
            return FAST_DELAYS_MS[made]
        if delivery.is_brief or made >= self.max_attempts:
            return None
        return round(1_000 * self.tail_s[made - FAST_ATTEMPTS] * (1 - JITTER * chance))


def retry_plan_from(text: str | None) -> RetryPlan:
    """Return the plan, or one such as ``"3:10:15,30"``: timeout, longest wait in the queue, tail; seconds.

    Raises:
        ValueError: not of this form, a number is not positive, or the wait is more than SQS can delay.
    """
    if text is None:
        return RetryPlan()
    timeout, queue_wait, tail = text.split(":")
    plan = RetryPlan(float(timeout), int(queue_wait), tuple(int(wait) for wait in tail.split(",")))
    times = (plan.timeout_s, plan.queue_wait_s, *plan.tail_s)
    if not all(isfinite(time) and time > 0 for time in times):
        raise ValueError(f"webhook times {text!r}: every time must be positive")
    if plan.queue_wait_s > MAX_QUEUE_WAIT_S:
        raise ValueError(f"webhook times {text!r}: the queue delays by {MAX_QUEUE_WAIT_S} s at the most")
    return plan


def ends_the_run(number: int, *, final: bool) -> bool:
    """Whether this failed attempt makes its delivery one that failed, once in its life.

    The fast attempts decide, as at the hosted product; the tail comes on top and counts no second time.
    """
    return number == FAST_ATTEMPTS or (final and number < FAST_ATTEMPTS)


def retry_after_s(value: str | None, now_ms: int) -> int | None:
    """Read a ``Retry-After`` header: seconds, or an HTTP date (RFC 9110 §10.2.3). None if it is neither."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return min(int(value[:9]), MAX_RETRY_AFTER_S)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # the second: a number that no machine word holds
        return None
    left = at.replace(tzinfo=at.tzinfo or UTC) - datetime.fromtimestamp(now_ms / 1_000, UTC)
    return max(0, min(round(left.total_seconds()), MAX_RETRY_AFTER_S))


def whole_seconds(delay_ms: int) -> int:
    """Round a wait up to what an SQS delay can express; never negative."""
    return max(0, -(-delay_ms // 1_000))


def is_success(status_code: int) -> bool:
    """Whether the receiver took it: any 2xx. A redirect is a failure (contracts: BabySea §8.1, §8.4)."""
    return 200 <= status_code < 300  # noqa: PLR2004  the HTTP class of success
