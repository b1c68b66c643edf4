"""How many jobs a provider may have of us: set by the operator, kept by whoever begins or ends one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from tidegate.adapters.dynamodb.loads import LoadTable
from tidegate.adapters.dynamodb.overrides import OverrideTable
from tidegate.domain.health import minute_of
from tidegate.domain.load import Limit, Minute, first_minute, room
from tidegate.domain.overrides import Overrides
from tidegate.usecases.override_routing import change_overrides, check_provider

LOAD_AGE_MS: Final = 5_000  # how old the count of earlier minutes may be: places given back come so late
_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """What earlier minutes have left, and when it was read."""

    read_at_ms: int
    minutes: Mapping[int, Minute]


def limit_provider(
    table: OverrideTable, provider: str, limit: Limit | None, known: Collection[str]
) -> Overrides:
    """Set how many jobs a provider may have of us; None for any number.

    Raises:
        InvalidInput: there is no such provider.
        ServiceUnavailable: the overrides keep changing.
    """
    check_provider(provider, known)
    return change_overrides(table, lambda stored: stored.limited(provider, limit))


class Places:
    """A provider's places, of which each attempt takes one. Nothing is asked of a provider without a limit.

    What cannot be read or written holds up no job.
    """

    def __init__(
        self, loads: LoadTable, limits: Callable[[], Mapping[str, Limit]], now_ms: Callable[[], int]
    ) -> None:
        self._loads = loads
        self._limits = limits
        self._now_ms = now_ms
        self._known: dict[str, _Known] = {}

    def take(self, provider: str, at_ms: int) -> bool:
        """Take a place for an attempt that begins at ``at_ms``; False when the provider has none left.

        Places taken count at once, whoever takes them; places given back after seconds.
        """
        limit = self._limits().get(provider)
        if limit is None:
            return True
        try:
            left = room(limit, self._minutes(provider, at_ms), at_ms)
            return not left.is_empty and self._loads.begin(provider, minute_of(at_ms), left)
        except (BotoCoreError, ClientError) as error:
            _log.warning("a limit goes unwatched for now: %s", type(error).__name__)
            return True

    def leave(self, provider: str, at_ms: int) -> None:
        """Give back a place that was taken at ``at_ms`` for an attempt that did not come to be."""
        self.give_back({(provider, minute_of(at_ms)): 1})

    def give_back(self, ended: Mapping[tuple[str, int], int]) -> None:
        """Give back what ended attempts took, by provider and the minute in which they began."""
        limits, first = self._limits(), first_minute(minute_of(self._now_ms()))
        for (provider, minute), number in sorted(ended.items()):
            if provider not in limits or minute < first:
                continue
            try:
                self._loads.end(provider, minute, number)
            except (BotoCoreError, ClientError) as error:
                _log.warning("places come back by themselves later: %s", type(error).__name__)

    def _minutes(self, provider: str, now_ms: int) -> Mapping[int, Minute]:
        known = self._known.get(provider)
        # Read anew with each minute: what began in the last one is no longer held by the write's condition.
        if (
            known is None
            or now_ms - known.read_at_ms >= LOAD_AGE_MS
            or minute_of(known.read_at_ms) != minute_of(now_ms)
        ):
            known = _Known(now_ms, self._loads.minutes(provider, now_ms))
            self._known[provider] = known
        return known.minutes
