"""Low-balance alerts: an account is told once when its balance falls below a threshold (contracts §6.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from tidegate.domain.errors import InvalidInput
from tidegate.domain.money import ZERO, Money
from tidegate.domain.wallet import Movement, MovementKind

MAX_THRESHOLDS: Final = 10
DEFAULT_THRESHOLDS: Final = (Money.of("0.500"),)
_FIELD: Final = "thresholds"
_CREDITS: Final = frozenset({MovementKind.ADD, MovementKind.REFUND})


@dataclass(frozen=True, slots=True)
class Alert:
    """One threshold, which fires when a reserve leaves less than it.

    It does not fire again until it was re-armed, by a credit or a refund that leaves at least the threshold.
    ``changed_at`` is the sequence of the movement that last fired or re-armed it (0: none yet). Movements
    up to it have been considered, so that a movement which is told twice changes nothing.
    """

    threshold: Money
    armed: bool = True
    changed_at: int = 0

    def after(self, movement: Movement) -> Alert:
        """Return the alert as it stands after this movement; itself when nothing changes."""
        if movement.sequence <= self.changed_at:
            return self
        if self.armed and self._falls_short(movement):
            return replace(self, armed=False, changed_at=movement.sequence)
        if not self.armed and self._is_covered(movement):
            return replace(self, armed=True, changed_at=movement.sequence)
        return self

    def might_change(self, before: Money, movement: Movement) -> bool:
        """Whether a movement calls for a look at the alert as it is stored now.

        Args:
            before: the balance before the movement.
            movement: what happened.

        An alert that travelled with the movement can be older than the last change. It is enough to decide
        against a look: what crosses the threshold is always looked at, and what does not cross it can only
        fire an alert that never was above its threshold, or re-arm one whose crossing was missed.
        """
        if self._falls_short(movement):
            return self.armed or before >= self.threshold
        return self._is_covered(movement) and (not self.armed or before < self.threshold)

    def _falls_short(self, movement: Movement) -> bool:
        return movement.kind is MovementKind.RESERVE and movement.balance < self.threshold

    def _is_covered(self, movement: Movement) -> bool:
        return movement.kind in _CREDITS and movement.balance >= self.threshold


def read_thresholds(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """Check thresholds as an operator gives them; in falling order, repeated ones once.

    Raises:
        InvalidInput: one is not positive, or there are more than ten.
    """
    thresholds = tuple(sorted(set(amounts), reverse=True))
    if len(thresholds) > MAX_THRESHOLDS:
        raise InvalidInput(
            f"An account has at most {MAX_THRESHOLDS} thresholds.", field=_FIELD, limit=MAX_THRESHOLDS
        )
    if any(threshold <= ZERO for threshold in thresholds):
        raise InvalidInput("A threshold is a positive amount.", field=_FIELD)
    return thresholds
