"""What the BabySea wire shows of an account's usage (contracts §1.2)."""

from __future__ import annotations

from tidegate.domain.money import ZERO, Money
from tidegate.domain.usage import (
    DEFAULT_DAYS,
    MAX_DAYS,
    EndpointUsage,
    ProviderUsage,
    Usage,
)
from tidegate.surfaces.babysea.envelope import number
from tidegate.surfaces.babysea.query import read_whole
from tidegate.surfaces.http import Request


def read_days(request: Request) -> int:
    """Return how many days are asked for, 1 to 90 and 30 if nothing is said.

    Raises:
        InvalidInput: it is no whole number.
    """
    return read_whole(request, "days", default=DEFAULT_DAYS, low=1, high=MAX_DAYS)


def present_usage(account_id: str, usage: Usage, balance: Money) -> dict[str, object]:
    """All counters of the period, and what is left to spend."""
    endpoints, providers = usage.endpoints, usage.providers
    return {
        "account_id": account_id,
        "usage_period_days": usage.days,
        "usage_credit_balance": number(balance.dollars),
        "usage_total_requests": sum(entry.total for entry in endpoints),
        "usage_total_success": sum(entry.successes for entry in endpoints),
        "usage_total_client_errors": sum(entry.client_errors for entry in endpoints),
        "usage_total_server_errors": sum(entry.server_errors for entry in endpoints),
        "usage_total_generations": usage.generations,
        "usage_total_provider_submissions": sum(entry.submissions for entry in providers),
        "usage_total_estimated_cost": number(sum((entry.cost for entry in providers), ZERO).dollars),
        "usage_endpoints": [_endpoint(entry) for entry in endpoints],
        "usage_providers": [_provider(entry) for entry in providers],
    }


def _endpoint(entry: EndpointUsage) -> dict[str, object]:
    return {
        "endpoint": entry.endpoint,
        "total_requests": entry.total,
        "success_count": entry.successes,
        "client_error_count": entry.client_errors,
        "server_error_count": entry.server_errors,
        "error_codes": dict(sorted(entry.errors.items())),
    }


def _provider(entry: ProviderUsage) -> dict[str, object]:
    return {
        "provider": entry.provider,
        "total_submissions": entry.submissions,
        "used_count": entry.used,
        "cancelled_count": entry.cancelled,
        "discarded_count": entry.discarded,
        "failed_count": entry.failed,
        "total_estimated_cost": number(entry.cost.dollars),
        "wasted_estimated_cost": number(entry.wasted.dollars),
    }
