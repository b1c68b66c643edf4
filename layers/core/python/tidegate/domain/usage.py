"""What an account did in a period: requests by endpoint, attempts by provider. Days are UTC."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tidegate.domain.money import ZERO, Money

DEFAULT_DAYS: Final = 30  # contracts: BabySea §1.2
MAX_DAYS: Final = 90
_DAY_MS: Final = 86_400_000
_CODE_LENGTH: Final = 4  # 20 bits: a test holds that the names of all surfaces differ in them


def day_of(at_ms: int) -> int:
    """Return the number of the UTC day, counted from 1970-01-01."""
    return at_ms // _DAY_MS


def endpoint_name(route: str) -> str:
    """Return how a route is shown: method and path, without a greedy parameter at its end."""
    path, _, last = route.rpartition("/")
    return path if last.endswith("+}") else route


def endpoint_code(name: str) -> str:
    """Return a short name for an endpoint: some twenty of them lie on each key's item."""
    digest = hashlib.sha256(name.encode()).digest()
    return base64.b32encode(digest).decode()[:_CODE_LENGTH].lower()


@dataclass(frozen=True, slots=True)
class DayCount:
    """The requests of one key on one day, by endpoint code. ``total`` only grows within a day."""

    day: int
    total: int = 0
    by_endpoint: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """How often an endpoint answered with an error."""

    endpoint: str  # its code
    error: str
    is_server: bool
    count: int


@dataclass(frozen=True, slots=True)
class EndpointUsage:
    """One endpoint. Every request is counted when it authenticates, an error when it is answered."""

    endpoint: str
    total: int
    client_errors: int
    server_errors: int
    errors: Mapping[str, int]

    @property
    def successes(self) -> int:
        """All that ended in no error, or have not ended."""
        return max(0, self.total - self.client_errors - self.server_errors)


@dataclass(frozen=True, slots=True)
class ProviderUsage:
    """One provider. What is neither used, failed, cancelled nor discarded has not come to an end."""

    provider: str
    submissions: int = 0
    used: int = 0
    cancelled: int = 0
    discarded: int = 0
    failed: int = 0
    cost: Money = ZERO
    wasted: Money = ZERO

    def __add__(self, other: ProviderUsage) -> ProviderUsage:
        return ProviderUsage(
            self.provider,
            self.submissions + other.submissions,
            self.used + other.used,
            self.cancelled + other.cancelled,
            self.discarded + other.discarded,
            self.failed + other.failed,
            self.cost + other.cost,
            self.wasted + other.wasted,
        )


@dataclass(frozen=True, slots=True)
class Usage:
    """Everything that is counted of an account in a period."""

    days: int
    generations: int
    endpoints: tuple[EndpointUsage, ...]
    providers: tuple[ProviderUsage, ...]


def by_endpoint(
    counts: Iterable[DayCount], errors: Iterable[ErrorCount], names: Mapping[str, str]
) -> tuple[EndpointUsage, ...]:
    """Add up days and keys. ``names`` are those of the codes; an endpoint that is gone keeps its code."""
    totals: dict[str, int] = {}
    for count in counts:
        for code, number in count.by_endpoint.items():
            totals[code] = totals.get(code, 0) + number
    failed: dict[str, list[ErrorCount]] = {}
    for error in errors:
        failed.setdefault(error.endpoint, []).append(error)
    codes = sorted(totals.keys() | failed.keys(), key=lambda code: names.get(code, code))
    return tuple(
        _endpoint(names.get(code, code), totals.get(code, 0), failed.get(code, [])) for code in codes
    )


def _endpoint(name: str, total: int, errors: Iterable[ErrorCount]) -> EndpointUsage:
    codes: dict[str, int] = {}
    sides = {True: 0, False: 0}
    for error in errors:
        codes[error.error] = codes.get(error.error, 0) + error.count
        sides[error.is_server] += error.count
    return EndpointUsage(name, total, sides[False], sides[True], codes)


def by_provider(days: Iterable[ProviderUsage]) -> tuple[ProviderUsage, ...]:
    """Add up days, by provider."""
    found: dict[str, ProviderUsage] = {}
    for day in days:
        found[day.provider] = found.get(day.provider, ProviderUsage(day.provider)) + day
    return tuple(found[provider] for provider in sorted(found))
