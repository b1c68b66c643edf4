"""What an account did in the last days: what was put away, and what still lies on its keys."""

from __future__ import annotations

from collections.abc import Mapping

from tidegate.adapters.dynamodb.keys import KeyTable
from tidegate.adapters.dynamodb.usage import UsageTable
from tidegate.domain.usage import Usage, by_endpoint, by_provider, day_of


def read_usage(
    usage: UsageTable, keys: KeyTable, *, account_id: str, days: int, names: Mapping[str, str], now_ms: int
) -> Usage:
    """Count up the last ``days`` days, today included. ``names`` are those of the endpoints' codes."""
    last = day_of(now_ms)
    first = last - days + 1
    on_keys = list(keys.counters.of_account(account_id))  # first: what leaves a key is kept before
    kept = usage.period(account_id, first, last)
    requests = dict(kept.requests)
    for key_id, count in on_keys:
        stored = requests.get((key_id, count.day))
        # Both, while a day is being put away: what lies on the key is never less.
        if first <= count.day and (stored is None or stored.total <= count.total):
            requests[key_id, count.day] = count
    return Usage(
        days,
        kept.generations,
        by_endpoint(requests.values(), kept.errors, names),
        by_provider(kept.providers),
    )
