"""What a provider may cost us on a UTC day: set by the operator, watched by the counter of attempts."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from tidegate.adapters.dynamodb.overrides import OverrideTable
from tidegate.adapters.dynamodb.spending import SpendingTable
from tidegate.domain.errors import ServiceUnavailable
from tidegate.domain.money import Money
from tidegate.domain.overrides import Out, Overrides
from tidegate.domain.usage import day_of
from tidegate.usecases.override_routing import change_overrides, check_provider

_log: Final = logging.getLogger(__name__)


def cap_provider(
    table: OverrideTable,
    spending: SpendingTable,
    provider: str,
    amount: Money | None,
    *,
    known: Collection[str],
    now_ms: int,
) -> Overrides:
    """Set what a provider may cost us on a day; None for no limit. What it cost today counts at once.

    Raises:
        InvalidInput: there is no such provider.
        ServiceUnavailable: the overrides keep changing.
    """
    check_provider(provider, known)
    today = day_of(now_ms)
    spent = spending.of_day(today)
    return change_overrides(table, lambda stored: stored.capped(provider, amount).noting(spent, today))


def watch_caps(
    decided: Overrides, table: OverrideTable, spending: SpendingTable, now_ms: int
) -> tuple[str, ...]:
    """Take the providers that have reached their caps out of all orders; return those that now have.

    ``decided`` are the overrides as they are known, so that nothing is asked while nobody has a cap left.
    What cannot be read or written is asked again with the next attempts: no count is held up by it.
    """
    today = day_of(now_ms)
    if not [name for name in decided.caps if decided.why_out(name, today) is not Out.OVER_CAP]:
        return ()
    found: list[str] = []

    def note(stored: Overrides) -> Overrides:
        noted = stored.noting(spent, today)
        found[:] = [name for name, day in noted.spent_on.items() if stored.spent_on.get(name) != day]
        return noted

    try:
        spent = spending.of_day(today)
        if decided.noting(spent, today) is not decided:
            change_overrides(table, note)
    except (BotoCoreError, ClientError, ServiceUnavailable) as error:
        _log.warning("caps go unwatched for now: %s", type(error).__name__)
        return ()
    return tuple(found)
