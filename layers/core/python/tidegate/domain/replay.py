"""A wallet recomputed from its journal alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tidegate.domain.errors import InsufficientCredits
from tidegate.domain.money import Money
from tidegate.domain.wallet import Movement, MovementKind, Wallet


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that does not add up. ``subject`` names a generation, an entry, a grant, or the wallet."""

    code: str
    subject: str
    message: str


class Replay:
    """Applies journal entries in order by the rules of ``Wallet`` and compares what each says of itself."""

    def __init__(self, account_id: str) -> None:
        self.wallet = Wallet(account_id)
        self.is_whole = True  # no entry was missing so far
        self._stated = self.wallet  # as the last entry has it; differs from ours after a wrong one

    def take(self, entry: Movement) -> Iterator[Difference]:
        """Apply the next entry; tells what is wrong with it.

        A wrong entry is told once: the next one may go on from what we computed or from what it said.
        """
        if entry.sequence != self.wallet.sequence + 1:
            yield self.missing(entry.sequence - 1)
            self._rest_on(self.wallet, entry)
            return
        computed = [after for base in (self.wallet, self._stated) if (after := _applied(base, entry))]
        for after in computed:
            if (after.balance, after.held) == (entry.balance, entry.held):
                self.wallet = self._stated = after
                return
        yield Difference(
            "wrong_entry", _name(entry.sequence), _says(entry, computed[0] if computed else None)
        )
        if not computed:
            self._rest_on(self.wallet, entry)
            return
        self.wallet = computed[0]
        self._stated = replace(self.wallet, balance=entry.balance, held=entry.held)

    def missing(self, last: int) -> Difference:
        """Tell that the entries up to ``last`` are missing."""
        self.is_whole = False
        first = self.wallet.sequence + 1
        span = _name(first) if first == last else f"{_name(first)} to {_name(last)}"
        return Difference("missing_entry", _name(first), f"{span}: not in the journal")

    def compare(self, wallet: Wallet) -> Iterator[Difference]:
        """Tell how the stored wallet differs, which stands at the last entry that was applied."""
        pairs: list[tuple[str, Money | int, Money | int]] = [
            ("balance", wallet.balance, self.wallet.balance),
            ("held", wallet.held, self.wallet.held),
        ]
        if self.is_whole:
            pairs.append(("in_flight", wallet.in_flight, self.wallet.in_flight))
        for name, stored, computed in pairs:
            if stored != computed:
                message = f"{name} is {stored}; the journal gives {computed}"
                yield Difference(f"wrong_{name}", "wallet", message)

    def _rest_on(self, wallet: Wallet, entry: Movement) -> None:
        """Go on from what the entry says: what led to it is not known."""
        self.wallet = self._stated = replace(
            wallet,
            balance=entry.balance,
            held=entry.held,
            in_flight=entry.sequence,  # no more than this, and never compared
            sequence=entry.sequence,
        )
        self.is_whole = False


def _applied(wallet: Wallet, entry: Movement) -> Wallet | None:
    """The wallet after the entry; None where the wallet does not allow such a movement."""
    try:
        match entry.kind:
            case MovementKind.ADD:
                return wallet.add(entry.amount)
            case MovementKind.RESERVE:
                return wallet.reserve(entry.amount)
            case MovementKind.CHARGE:
                return wallet.charge(entry.amount)
            case _:
                return wallet.refund(entry.amount)
    except (ValueError, InsufficientCredits):
        return None


def _says(entry: Movement, computed: Wallet | None) -> str:
    said = (
        f"{entry.kind} of {entry.amount} for {entry.reference} leaves {entry.balance} and {entry.held} held"
    )
    if computed is None:
        return f"{said}; such a movement was not possible"
    return f"{said}; recomputed: {computed.balance} and {computed.held} held"


def _name(sequence: int) -> str:
    return f"journal#{sequence}"
