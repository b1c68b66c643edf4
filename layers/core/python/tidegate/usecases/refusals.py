"""Why a generation is not accepted, in the words that the caller gets: real causes and scripted ones."""

from __future__ import annotations

from typing import Final

from tidegate.domain.errors import (
    ConcurrencyLimited,
    InsufficientCredits,
    RateLimited,
    ServiceUnavailable,
    TidegateError,
)
from tidegate.domain.limits import DEFAULT_PLAN, PLANS, Bucket, Plan, Window
from tidegate.domain.scripts import Script

_SCRIPTED_CAP: Final = 50  # what a scripted refusal names where the plan has no cap


def plan_of(name: str) -> Plan:
    """Return a plan; the default one for a name of yesterday."""
    return PLANS.get(name, PLANS[DEFAULT_PLAN])


def rate_limited(window: Window, now_ms: int) -> RateLimited:
    """The account used up its window."""
    return RateLimited(
        "Rate limit exceeded. Please retry after the period indicated in the Retry-After header.",
        limit=window.limit,
        retry_after_seconds=max(1, window.reset_at_s - now_ms // 1000),
    )


def insufficient_credits() -> InsufficientCredits:
    """The balance is below the price."""
    return InsufficientCredits("Insufficient credits. Please upgrade your plan or wait for renewal.")


def concurrency_limited(cap: int | None) -> ConcurrencyLimited:
    """As many generations are in flight as the plan allows."""
    return ConcurrencyLimited(
        "Too many generations are in flight. Wait for one to finish.", limit=cap, retry_after_seconds=5
    )


def scripted_refusal(script: Script, plan_name: str, now_ms: int) -> TidegateError:
    """Return the refusal that a caller in test mode asked for, as the real cause would be told."""
    plan = plan_of(plan_name)
    match script.name:
        case "insufficient_credits":
            return insufficient_credits()
        case "concurrency":
            return concurrency_limited(plan.in_flight or _SCRIPTED_CAP)
        case "rate_limit":
            limit = plan.limit(Bucket.GENERATION)
            return rate_limited(Window.after(limit + 1, limit, now_ms), now_ms)
        case _:
            return ServiceUnavailable("The wallet is busy. Nothing was charged; try again.")
