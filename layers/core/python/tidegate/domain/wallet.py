"""The wallet: what can be spent, what generations in flight may cost, and the four movements."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    generations: int = 0  # ever accepted: what a listing calls its total
    trials: int = 0  # free generations that are left

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

    def charge(self, price: Money) -> Wallet:
        """Keep the held price: the generation succeeded."""
        return self._released(price)

    def refund(self, price: Money) -> Wallet:
        """Give the held price back: the generation failed or was canceled."""
        return replace(self._released(price), balance=self.balance + price)

    def return_trial(self) -> Wallet:
        """Give a free trial back: its generation failed or was canceled."""
        return replace(self._released(ZERO), trials=self.trials + 1)

    def _check_room(self, max_in_flight: int | None) -> None:
        if max_in_flight is not None and self.in_flight >= max_in_flight:
            raise ConcurrencyLimited("too many generations in flight", limit=max_in_flight)

    def _accepted(self, **changes: object) -> Wallet:
        return self._moved(in_flight=self.in_flight + 1, generations=self.generations + 1, **changes)

    def _released(self, price: Money) -> Wallet:
        if self.held < price or self.in_flight < 1:
            raise ValueError("nothing of this size is held")
        return self._moved(held=self.held - price, in_flight=self.in_flight - 1)

    def _moved(self, **changes: object) -> Wallet:
        return replace(self, sequence=self.sequence + 1, **changes)  # type: ignore[arg-type]
