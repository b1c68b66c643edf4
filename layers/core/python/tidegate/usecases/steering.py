"""Which provider next: the learned order, the breakers, and what the operator decided.

What is known lies in two items, each read at most every few seconds by each Lambda environment. When they
cannot be read, everything goes its static way: no generation fails because of what is not known.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from tidegate.adapters.dynamodb.model_codec import ModelState
from tidegate.adapters.dynamodb.models import ModelTable
from tidegate.adapters.dynamodb.overrides import OverrideTable
from tidegate.adapters.providers.credentials import BEDROCK
from tidegate.domain.errors import ServiceUnavailable
from tidegate.domain.health import Breaker, State
from tidegate.domain.overrides import Out, Overrides, follow_pin
from tidegate.domain.routing import explore, rank, reshuffle
from tidegate.domain.usage import day_of

SUBMIT_AGE_MS: Final = 15_000  # how old what an order follows from may be
ATTEMPT_AGE_MS: Final = 5_000  # and what decides whether a job is sent
OVERRIDES_AGE_MS: Final = 20_000
NOBODY: Final = "No provider that could serve this is available at the moment. Nothing was charged."
SWITCHED_OFF: Final = "it is switched off at the moment"
SPENT: Final = "its budget for today is used up"
FAILS: Final = "it fails too often at the moment"
_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(slots=True)
class _Memory(Generic[T]):
    """Values and when they were read."""

    kept: dict[str, tuple[int, T]] = field(default_factory=dict)

    def get(self, name: str, read: Callable[[], T], absent: T, *, now_ms: int, age_ms: int) -> T:
        """Return a value that is young enough, else read it; the old one stands for what cannot be read.

        Before the first time that is ``absent``.
        """
        if name in self.kept and now_ms - self.kept[name][0] < age_ms:
            return self.kept[name][1]
        try:
            value = read()
        except (BotoCoreError, ClientError) as error:
            _log.warning("routing goes on without %s: %s", name, type(error).__name__)
            value = self.kept[name][1] if name in self.kept else absent
        self.kept[name] = now_ms, value
        return value


class Steering:
    """Orders providers at submit; decides before each attempt.

    ``bedrock`` says whether the deployment enabled the one provider that needs no key.
    """

    def __init__(
        self, models: ModelTable, overrides: OverrideTable, now_ms: Callable[[], int], *, bedrock: bool = True
    ) -> None:
        self._models = models
        self._overrides = overrides
        self._now_ms = now_ms
        self._bedrock = bedrock
        self._states: _Memory[ModelState] = _Memory()
        self._decided: _Memory[Overrides] = _Memory()

    def order(
        self, model: str, providers: tuple[str, ...], *, ranked: bool, seed: str | None
    ) -> tuple[str, ...]:
        """Return the order in which providers are tried.

        Args:
            model: what is to be made.
            providers: who can make it, in the caller's order or else the catalogue's.
            ranked: whether the order is ours to choose. In any case those whose breaker is open go last.
            seed: the generation's id, from which follows whether it explores; None for never.

        Raises:
            ServiceUnavailable: all of them are switched off, lack a key, or have used up their budgets.
        """
        decided = self._override()
        able = tuple(name for name in providers if self.why_out(name) is None)
        if not able:
            raise ServiceUnavailable(NOBODY)
        pin = decided.pins.get(model) if ranked else None
        if pin is not None:
            able = follow_pin(able, pin)
        if len(able) == 1 or model in decided.frozen:
            return able
        now_ms, state = self._now_ms(), self._state(model, SUBMIT_AGE_MS)
        if ranked and pin is None and state.ranking is not None and state.ranking.is_usable(now_ms):
            able = rank(able, state.ranking, now_ms)
            able = able if seed is None else explore(able, seed)
        breakers = {name: state.breakers.get(name, Breaker()) for name in able}
        return reshuffle(able, {name for name, breaker in breakers.items() if _is_shut(breaker, now_ms)})

    def why_out(self, provider: str) -> Out | None:
        """Say why a provider is in no order; None if it is."""
        if provider == BEDROCK and not self._bedrock:
            return Out.NOT_ENABLED
        today = day_of(self._now_ms())
        return self._override().why_out(provider, today, needs_key=provider != BEDROCK)

    @property
    def overrides(self) -> Overrides:
        """What the operator decided, as of some seconds ago."""
        return self._override()

    def refusal(self, model: str, provider: str, *, is_last: bool) -> str | None:
        """Say why a job should not be sent to a provider; None if it should.

        The last provider of an order is tried whatever its breaker says. Where a breaker is half-open, the
        first to ask is its probe.
        """
        decided = self._override()
        # Not for want of a key: the attempt looks for it in the secret, and finds the first one sooner.
        out = decided.why_out(provider, day_of(self._now_ms()), needs_key=False)
        if out is not None:
            return SPENT if out is Out.OVER_CAP else SWITCHED_OFF
        if is_last or model in decided.frozen:
            return None
        now_ms = self._now_ms()
        breaker = self._state(model, ATTEMPT_AGE_MS).breakers.get(provider, Breaker())
        if breaker.state(now_ms) is State.CLOSED:
            return None
        return None if breaker.may_probe(now_ms) and self._claim(model, provider, breaker, now_ms) else FAILS

    def _claim(self, model: str, provider: str, breaker: Breaker, now_ms: int) -> bool:
        self._states.kept.pop(model, None)  # whoever gets it, what we know is out of date
        try:
            return self._models.save_breaker(model, provider, breaker.probed(now_ms), now_ms)
        except (BotoCoreError, ClientError) as error:
            _log.warning("a probe goes unclaimed: %s", type(error).__name__)
            return True

    def _state(self, model: str, age_ms: int) -> ModelState:
        def read() -> ModelState:
            return self._models.state(model)

        return self._states.get(model, read, ModelState(), now_ms=self._now_ms(), age_ms=age_ms)

    def _override(self) -> Overrides:
        return self._decided.get(
            "overrides", self._overrides.get, Overrides(), now_ms=self._now_ms(), age_ms=OVERRIDES_AGE_MS
        )


def _is_shut(breaker: Breaker, now_ms: int) -> bool:
    return breaker.state(now_ms) is not State.CLOSED and not breaker.may_probe(now_ms)
