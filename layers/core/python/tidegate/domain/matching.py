"""Journal entries held against what they are about: generations and grants.

Entries and records may come in any order; what has all its parts is judged and forgotten, so that only what
is in flight takes memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from tidegate.domain.generation import Generation, Status
from tidegate.domain.money import ZERO, Money
from tidegate.domain.replay import Difference
from tidegate.domain.wallet import Movement, MovementKind

_DUE: Final = {
    Status.SUCCEEDED: MovementKind.CHARGE,
    Status.FAILED: MovementKind.REFUND,
    Status.CANCELED: MovementKind.REFUND,
}


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one generation's money so far."""

    reserve: Movement | None = None
    settlement: Movement | None = None
    generation: Generation | None = None

    @property
    def is_complete(self) -> bool:
        """Whether all parts are there, and the generation was read after it had ended."""
        ended = self.generation is not None and self.generation.status.is_terminal
        return ended and self.reserve is not None and self.settlement is not None

    def has_lapsed(self, now_ms: int) -> bool:
        """Whether both entries are there, and the second says that the record is past its retention."""
        if self.reserve is None or self.settlement is None:
            return False
        until_s = self.settlement.record_until_s
        return until_s is not None and now_ms >= until_s * 1000


class Matching:
    """Puts entries, generations and grants together. ``open_cases`` are the generations that lack a part.

    Of a generation whose record has lapsed at ``now_ms`` only the journal is left: its entries are held
    against each other, and counted in ``lapsed``.
    """

    def __init__(self, now_ms: int = 0) -> None:
        self.open_cases: dict[str, Case] = {}
        self.lapsed = 0
        self._now_ms = now_ms
        self._grants: dict[str, Money] = {}  # what was added beyond what was granted, by reference

    def take_entry(self, entry: Movement) -> Iterator[Difference]:
        """Note a journal entry."""
        if entry.kind is MovementKind.ADD:
            self._balance_grant(entry.reference, entry.amount)
            return
        case = self.open_cases.get(entry.reference, Case())
        is_reserve = entry.kind is MovementKind.RESERVE
        if (case.reserve if is_reserve else case.settlement) is not None:
            message = f"journal#{entry.sequence} is a second {entry.kind}"
            yield Difference("moved_twice", entry.reference, message)
            return
        case = replace(case, reserve=entry) if is_reserve else replace(case, settlement=entry)
        yield from self._keep(entry.reference, case)

    def take_generation(self, generation: Generation) -> Iterator[Difference]:
        """Note a generation as it was read."""
        case = self.open_cases.get(generation.generation_id, Case())
        yield from self._keep(generation.generation_id, replace(case, generation=generation))

    def take_grant(self, reference: str, amount: Money) -> None:
        """Note a grant's own record."""
        self._balance_grant(reference, ZERO - amount)

    def unmatched_grants(self, stored: Iterable[tuple[str, Money]]) -> Iterator[Difference]:
        """Tell which grants and credits do not have each other.

        ``stored`` are the grants read once more: what was granted since the first reading is no difference.
        """
        if not self._grants:
            return
        new = {reference: amount for reference, amount in stored if self._grants.get(reference) == amount}
        for reference, excess in self._grants.items():
            if reference in new:
                continue
            what = "added and not granted" if excess > ZERO else "granted and not added"
            amount = excess if excess > ZERO else ZERO - excess
            yield Difference("wrong_grant", reference, f"{amount} was {what}")

    def _balance_grant(self, reference: str, amount: Money) -> None:
        excess = self._grants.pop(reference, ZERO) + amount
        if excess != ZERO:
            self._grants[reference] = excess

    def _keep(self, generation_id: str, case: Case) -> Iterator[Difference]:
        self.open_cases.pop(generation_id, None)
        if case.is_complete:
            yield from judge(generation_id, case)
        elif case.has_lapsed(self._now_ms):
            self.lapsed += 1
            yield from judge(generation_id, case)
        else:
            self.open_cases[generation_id] = case


def judge(generation_id: str, case: Case) -> Iterator[Difference]:
    """Tell how entries and generation contradict each other, as far as they are there."""
    reserve, settlement, generation = case.reserve, case.settlement, case.generation
    if reserve and settlement and generation is None and reserve.amount != settlement.amount:
        message = f"journal#{settlement.sequence} settled {settlement.amount}; {reserve.amount} were reserved"
        yield Difference("wrong_settlement", generation_id, message)
    if reserve and generation and reserve.amount != generation.price:
        message = f"journal#{reserve.sequence} reserved {reserve.amount}; its price is {generation.price}"
        yield Difference("wrong_reserve", generation_id, message)
    if settlement and generation:
        due = _DUE.get(generation.status)
        if settlement.kind is not due or settlement.kind.value != generation.settlement:
            message = f"journal#{settlement.sequence} is a {settlement.kind}; it is {generation.status}"
            yield Difference("wrong_settlement", generation_id, message)
        if settlement.amount != generation.price:
            message = (
                f"journal#{settlement.sequence} settled {settlement.amount}; its price is {generation.price}"
            )
            yield Difference("wrong_settlement", generation_id, message)


def judge_open(
    generation_id: str, case: Case, stored: Generation | None, now_ms: int = 0
) -> Iterator[Difference]:
    """Tell what is wrong with a case that stayed open once every entry and record was taken.

    Args:
        generation_id: whose case.
        case: with the generation as it was read before the last entry was written.
        stored: the generation as it was read after that.
        now_ms: when that was: a record may lapse while the books are read.
    """
    if case.reserve is None:
        if case.settlement is not None:
            message = (
                f"journal#{case.settlement.sequence} settles what was not reserved, or was settled before"
            )
            yield Difference("not_reserved", generation_id, message)
        elif case.generation is not None and case.generation.price > ZERO:
            yield Difference(
                "not_reserved", generation_id, f"its price {case.generation.price} is not in the journal"
            )
        return
    if stored is None and case.has_lapsed(now_ms):
        yield from judge(generation_id, replace(case, generation=None))
        return
    if stored is None:
        message = f"journal#{case.reserve.sequence} reserved {case.reserve.amount} for no generation"
        yield Difference("no_generation", generation_id, message)
        return
    if case.settlement is None and case.generation is not None and case.generation.status.is_terminal:
        message = f"it is {case.generation.status}, and the journal has no charge or refund"
        yield Difference("not_settled", generation_id, message)
    yield from judge(generation_id, replace(case, generation=stored))
