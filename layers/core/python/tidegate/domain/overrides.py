"""What the operator decided about routing, over the head of all statistics, and which keys there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from tidegate.domain.load import Limit
from tidegate.domain.money import ZERO, Money


class Out(StrEnum):
    """Why a provider is in no order."""

    DISABLED = "disabled"
    NO_KEY = "no key"
    NOT_ENABLED = "not enabled"
    OVER_CAP = "over its cap"


@dataclass(frozen=True, slots=True)
class Overrides:
    """Providers that get no jobs, orders that stand in for ``fastest``, models for which nothing is learned.

    ``keyed`` are the providers whose credentials were complete when somebody last looked; None while nobody
    did, and then each counts as one. ``caps`` is what each may cost us on a UTC day, ``spent_on`` the day on
    which it last did; ``limits`` how many jobs each may have of us. ``version`` counts changes.
    """

    disabled: frozenset[str] = frozenset()
    pins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()  # models whose orders neither statistics nor breakers change
    version: int = 0
    keyed: frozenset[str] | None = None
    caps: Mapping[str, Money] = field(default_factory=dict)
    spent_on: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[str, Limit] = field(default_factory=dict)

    def why_out(self, provider: str, today: int, *, needs_key: bool = True) -> Out | None:
        """Say why a provider gets no jobs on this day; None if it does."""
        if provider in self.disabled:
            return Out.DISABLED
        if needs_key and self.keyed is not None and provider not in self.keyed:
            return Out.NO_KEY
        return Out.OVER_CAP if self.spent_on.get(provider) == today else None

    def without(self, provider: str) -> Overrides:
        """Send nothing to a provider any more."""
        return self._next(disabled=self.disabled | {provider})

    def including(self, provider: str) -> Overrides:
        """Send jobs to a provider again."""
        return self._next(disabled=self.disabled - {provider})

    def pinned(self, model: str, order: Sequence[str]) -> Overrides:
        """Try a model's providers in this order whenever the caller leaves it to us."""
        return self._next(pins={**self.pins, model: tuple(order)})

    def unpinned(self, model: str) -> Overrides:
        """Rank a model's providers by what they do."""
        return self._next(pins={name: order for name, order in self.pins.items() if name != model})

    def freeze(self, model: str) -> Overrides:
        """Take a model's orders as they are: no ranking, no exploration, no breakers."""
        return self._next(frozen=self.frozen | {model})

    def thaw(self, model: str) -> Overrides:
        """Let statistics and breakers order a model's providers."""
        return self._next(frozen=self.frozen - {model})

    def with_keys(self, providers: Iterable[str]) -> Overrides:
        """Know which providers have a key: unchanged when these are known already."""
        keyed = frozenset(providers)
        return self if keyed == self.keyed else self._next(keyed=keyed)

    def capped(self, provider: str, amount: Money | None) -> Overrides:
        """Let a provider cost us no more than this on a day; None for no limit."""
        caps = {name: cap for name, cap in self.caps.items() if name != provider}
        spent_on = {name: day for name, day in self.spent_on.items() if name != provider}
        return self._next(caps=caps | ({} if amount is None else {provider: amount}), spent_on=spent_on)

    def limited(self, provider: str, limit: Limit | None) -> Overrides:
        """Let a provider have no more jobs of us than this; None for any number."""
        limits = {name: kept for name, kept in self.limits.items() if name != provider}
        return self._next(limits=limits | ({} if limit is None else {provider: limit}))

    def noting(self, spent: Mapping[str, Money], today: int) -> Overrides:
        """Know who has cost us as much today as it may: unchanged when that is known already."""
        over = {
            name: today
            for name, cap in self.caps.items()
            if spent.get(name, ZERO) >= cap and self.spent_on.get(name) != today
        }
        return self._next(spent_on={**self.spent_on, **over}) if over else self

    def _next(self, **changes: Any) -> Overrides:
        return replace(self, version=self.version + 1, **changes)


def follow_pin(order: Sequence[str], pin: Sequence[str]) -> tuple[str, ...]:
    """Put those of ``order`` that are pinned first, in the pin's order; the others follow."""
    return (*(n for n in pin if n in order), *(n for n in order if n not in pin))
