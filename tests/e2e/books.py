"""An account's books, recomputed as ``tidegate ledger verify`` does, and its journal by generation."""

from __future__ import annotations

from collections.abc import Callable

from tests.e2e.customer import Customer
from tests.e2e.waiting import until
from tidegate.domain.wallet import MovementKind
from tidegate.usecases.verify_ledger import Verification, verify_ledger


def verified(customer: Customer) -> Verification:
    """Verify the account's books."""
    runtime = customer.deployed

    def wait(is_written: Callable[[], bool]) -> None:
        until(is_written, "the journal is written")

    return verify_ledger(
        customer.account_id,
        wallets=runtime.wallets,
        ledger=runtime.ledger,
        generations=runtime.generations,
        wait=wait,
        now_ms=runtime.now_ms,
    )


def entries_by_generation(customer: Customer) -> dict[str, tuple[MovementKind, ...]]:
    """The kinds of every generation's movements, oldest first."""
    found: dict[str, tuple[MovementKind, ...]] = {}
    for entry in sorted(customer.journal(), key=lambda entry: entry.sequence):
        if entry.kind is not MovementKind.ADD:
            found[entry.reference] = (*found.get(entry.reference, ()), entry.kind)
    return found
