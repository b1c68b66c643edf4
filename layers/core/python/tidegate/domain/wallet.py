"""The wallet: what can be spent, what generations in flight may cost, and the four movements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from tidegate.domain.errors import ConcurrencyLimited, InsufficientCredits
from tidegate.domain.money import ZERO, Money


class MovementKind(StrEnum):
    """The journal's words (BabySea docs: dashboard/credits)."""

    ADD = "add"
    RESERVE = "reserve"
    CHARGE = "charge"
    REFUND = "refund"


class Payment(StrEnum):
    """What a generation is paid with."""

    BALANCE = "balance"
    TRIAL = "trial"  # one of the account's free trials; the price is nothing
    BALANCE_AFTER_TRIALS = "balance_after_trials"  # the balance, once no free trial is left


@dataclass(frozen=True, slots=True)
class Movement:
    """One change of a wallet. ``reference`` is the generation's id, or the grant's own reference."""

    sequence: int  # counts the account's movements from 1, without gaps
    kind: MovementKind
    amount: Money
    reference: str
    at_ms: int
    balance: Money  # after the movement
    held: Money  # after the movement
    record_until_s: int | None = None  # a settlement tells until when its generation's record is kept


@dataclass(frozen=True, slots=True)
class Wallet:
    """An account's money. ``balance`` ≥ 0 can be spent; ``held`` ≥ 0 is promised to generations in flight.

    Invariant: grants - charges = balance + held. The DynamoDB conditions in
    ``adapters/dynamodb/movements.py`` are these methods in the table's own words; a stateful property test
    holds the two against each other.
    """

    account_id: str
    balance: Money = ZERO
    held: Money = ZERO
    in_flight: int = 0
    sequence: int = 0
    generations: int = 0  # ever accepted, less those that were written off
    trials: int = 0  # free generations that are left
    lapsing: Mapping[int, int] = field(default_factory=dict)  # how many records lapse at which epoch second

    def listed(self, now_ms: int) -> int:
        """How many records there are: what a listing calls its total (docs/adr/0051)."""
        return max(0, self.generations - sum(self.lapsed(now_ms).values()))

    def lapsed(self, now_ms: int) -> Mapping[int, int]:
        """The part of ``lapsing`` that is past and not yet written off."""
        return {at_s: number for at_s, number in self.lapsing.items() if now_ms >= at_s * 1000}

    def add(self, amount: Money) -> Wallet:
        """Grant credits.

        Raises:
            ValueError: the amount is not positive.
        """
        if amount <= ZERO:
            raise ValueError("a grant is positive")
        return self._moved(balance=self.balance + amount)

    def reserve(self, price: Money, max_in_flight: int | None = None) -> Wallet:
        """Hold the price of one generation.

        Raises:
            InsufficientCredits: the balance is below the price.
            ConcurrencyLimited: the plan's generations are all in flight.
        """
        if self.balance < price:
            raise InsufficientCredits("the balance is below the price")
        self._check_room(max_in_flight)
        return self._accepted(balance=self.balance - price, held=self.held + price)

    def take_trial(self, max_in_flight: int | None = None) -> Wallet:
        """Take a free trial for one generation, which then costs nothing.

        Raises:
            InsufficientCredits: no trial is left.
            ConcurrencyLimited: the plan's generations are all in flight.
        """
        if self.trials < 1:
            raise InsufficientCredits("no free trial is left")
        self._check_room(max_in_flight)
        return self._accepted(trials=self.trials - 1)

    def charge(self, price: Money, record_until_s: int | None = None) -> Wallet:
        """Keep the held price: the generation succeeded."""
        return self._released(price, record_until_s)

    def refund(self, price: Money, record_until_s: int | None = None) -> Wallet:
        """Give the held price back: the generation failed or was canceled."""
        return replace(self._released(price, record_until_s), balance=self.balance + price)

    def return_trial(self, record_until_s: int | None = None) -> Wallet:
        """Give a free trial back: its generation failed or was canceled."""
        return replace(self._released(ZERO, record_until_s), trials=self.trials + 1)

    def write_off(self, now_ms: int) -> Wallet:
        """Count those records no longer that have lapsed. What is listed stays the same; no money moves."""
        left = {at_s: number for at_s, number in self.lapsing.items() if at_s not in self.lapsed(now_ms)}
        return replace(self, generations=self.listed(now_ms), lapsing=left)

    def _check_room(self, max_in_flight: int | None) -> None:
        if max_in_flight is not None and self.in_flight >= max_in_flight:
            raise ConcurrencyLimited("too many generations in flight", limit=max_in_flight)

    def _accepted(self, **changes: object) -> Wallet:
        return self._moved(in_flight=self.in_flight + 1, generations=self.generations + 1, **changes)

    def _released(self, price: Money, record_until_s: int | None) -> Wallet:
        if self.held < price or self.in_flight < 1:
            raise ValueError("nothing of this size is held")
        lapsing = dict(self.lapsing)
        if record_until_s is not None:
            lapsing[record_until_s] = lapsing.get(record_until_s, 0) + 1
        return self._moved(held=self.held - price, in_flight=self.in_flight - 1, lapsing=lapsing)

    def _moved(self, **changes: object) -> Wallet:
        return replace(self, sequence=self.sequence + 1, **changes)  # type: ignore[arg-type]
