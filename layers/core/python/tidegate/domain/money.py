"""Money: whole micro-dollars in a type of its own, so that no float ever touches a balance."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import (
    ROUND_HALF_UP,
    Context,
    Decimal,
    DecimalException,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)
from typing import Final

MICROS_PER_DOLLAR: Final = 1_000_000
_MAX_DIGITS: Final = 18  # far beyond any wallet, and still exact in DynamoDB's 38 digits
_EXACT: Final = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])
CREDIT_STEP: Final = Decimal("0.001")  # credits have three decimals (contracts: BabySea dashboard/credits)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in micro-dollars (1 credit = 1 USD = 1,000,000). May be negative as a difference."""

    micros: int

    def __post_init__(self) -> None:
        """Refuse anything but a true integer.

        Raises:
            TypeError: a float, a bool or a Decimal was given.
        """
        if type(self.micros) is not int:
            raise TypeError(f"money is whole micro-dollars, not {type(self.micros).__name__}")

    @classmethod
    def of(cls, dollars: str | Decimal) -> Money:
        """Read a decimal text of dollars, such as ``"0.005"``.

        Raises:
            ValueError: not a finite decimal, or finer than one micro-dollar.
        """
        try:
            with localcontext(_EXACT):
                micros = Decimal(dollars) * MICROS_PER_DOLLAR
                whole = micros.to_integral_exact()
        except Inexact as error:
            raise ValueError(f"{dollars!r} is finer than one micro-dollar") from error
        except (DecimalException, ValueError) as error:
            raise ValueError(f"{dollars!r} is not an amount of dollars") from error
        if not whole.is_finite() or whole.adjusted() > _MAX_DIGITS:
            raise ValueError(f"{dollars!r} is not an amount of dollars")
        return cls(int(whole))

    @property
    def dollars(self) -> Decimal:
        """The exact amount in dollars, which is also the amount in credits."""
        return Decimal(self.micros) / MICROS_PER_DOLLAR

    def rounded_to_credits(self) -> Money:
        """Half-up to a thousandth of a credit: the finest amount that the surfaces show."""
        return Money.of(self.dollars.quantize(CREDIT_STEP, rounding=ROUND_HALF_UP))

    def __add__(self, other: Money) -> Money:
        return Money(self.micros + other.micros)

    def __sub__(self, other: Money) -> Money:
        return Money(self.micros - other.micros)

    def __mul__(self, times: int) -> Money:
        return Money(self.micros * times)

    def __floordiv__(self, other: Money) -> int:
        return self.micros // other.micros

    def __str__(self) -> str:
        return f"${self.dollars.normalize():f}"


ZERO: Final = Money(0)
