"""Recompute an account's books from the journal, the grants and the generations (docs/adr/0034).

Traffic may go on. The wallet counts its movements, so a wallet that was read is a point in the journal. The
pass reads the journal up to one such point and all generations; a second reading of the wallet, made after
that, bounds the entries which the generations can have met meanwhile. What is then still incomplete is read
once more: it is in flight, or it is wrong.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tidegate.adapters.dynamodb.generations import GenerationTable
from tidegate.adapters.dynamodb.ledger import LedgerReader
from tidegate.adapters.dynamodb.wallets import WalletTable
from tidegate.domain.generation import Generation
from tidegate.domain.matching import Matching, judge_open
from tidegate.domain.mode import Mode
from tidegate.domain.money import ZERO
from tidegate.domain.replay import Difference, Replay
from tidegate.domain.wallet import Movement, Wallet
from tidegate.usecases.accounts import get_account

Wait = Callable[[Callable[[], bool]], None]  # waits until it is true, for as long as the caller likes


@dataclass(frozen=True, slots=True)
class Verification:
    """What was compared, and what did not add up."""

    account_id: str
    mode: Mode
    wallet: Wallet  # the point that was verified
    generations: int
    lapsed: int  # generations whose records are past their retention: verified by the journal alone
    differences: tuple[Difference, ...]


@dataclass(slots=True)
class _Books:
    """One account's books while they are being read."""

    account_id: str
    replay: Replay
    matching: Matching
    now_ms: int
    generations: int = 0

    def take(self, record: Movement | Generation) -> Iterator[Difference]:
        if isinstance(record, Generation):
            if record.has_lapsed(self.now_ms):
                return  # gone for everyone: its entries speak for it
            self.generations += 1
            yield from self.matching.take_generation(record)
        else:
            yield from self.replay.take(record)
            yield from self.matching.take_entry(record)


def verify_ledger(
    account_id: str,
    *,
    wallets: WalletTable,
    ledger: LedgerReader,
    generations: GenerationTable,
    wait: Wait,
    now_ms: Callable[[], int],
) -> Verification:
    """Verify one account. Memory grows with what is in flight, not with what has been.

    Args:
        account_id: whose books.
        wallets: the account's wallet.
        ledger: its journal, grants and generations.
        generations: to read single ones again.
        wait: the journal follows the wallet by moments; this waits for it.
        now_ms: the clock.

    Raises:
        AccountNotFound: no such account.
    """
    books = _Books(account_id, Replay(account_id), Matching(begun_ms := now_ms()), begun_ms)
    differences: list[Difference] = []
    begin = get_account(wallets, account_id).wallet.sequence
    for reference, amount in ledger.grants(account_id):
        books.matching.take_grant(reference, amount)
    _await_journal(wallets, account_id, begin, wait)
    for record in _in_order(ledger, account_id, begin):
        differences += books.take(record)
    account = get_account(wallets, account_id)
    end = account.wallet
    _await_journal(wallets, account_id, end.sequence, wait)
    for entry in ledger.entries(account_id, begin + 1, end.sequence):
        differences += books.take(entry)
    differences += _compare(books.replay, end)
    differences += _open_ends(books, generations, end, now_ms)
    differences += books.matching.unmatched_grants(ledger.grants(account_id))
    lapsed = books.matching.lapsed
    return Verification(account_id, account.mode, end, books.generations, lapsed, tuple(differences))


def _await_journal(wallets: WalletTable, account_id: str, sequence: int, wait: Wait) -> None:
    def is_written() -> bool:
        newest = next(iter(wallets.journal(account_id, 1)), None)
        return (newest.sequence if newest else 0) >= sequence

    wait(is_written)


def _in_order(ledger: LedgerReader, account_id: str, last: int) -> Iterator[Movement | Generation]:
    """Read journal and generations side by side in time, so that what belongs together meets soon."""
    return heapq.merge(ledger.entries(account_id, 1, last), ledger.generations(account_id), key=_at_ms)


def _at_ms(record: Movement | Generation) -> int:
    return record.created_at_ms if isinstance(record, Generation) else record.at_ms


def _compare(replay: Replay, end: Wallet) -> Iterator[Difference]:
    if replay.wallet.sequence < end.sequence:
        yield replay.missing(end.sequence)
    else:
        yield from replay.compare(end)


def _open_ends(
    books: _Books, generations: GenerationTable, end: Wallet, now_ms: Callable[[], int]
) -> Iterator[Difference]:
    """Read once more what is incomplete, and hold what is in flight against what the wallet holds."""
    held, account_id = ZERO, books.account_id
    for generation_id, case in books.matching.open_cases.items():
        stored = generations.get(account_id, generation_id)
        yield from judge_open(generation_id, case, stored, now_ms())
        if case.reserve and not case.settlement and stored:
            held += stored.price
    if held != end.held:
        message = f"held is {end.held}; the generations in flight cost {held}"
        yield Difference("wrong_held", "wallet", message)
