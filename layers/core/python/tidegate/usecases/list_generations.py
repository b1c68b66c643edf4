"""A page of an account's generations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tidegate.adapters.dynamodb.listing import GenerationListing
from tidegate.adapters.dynamodb.wallets import WalletTable
from tidegate.domain.generation import Generation
from tidegate.domain.keys import Surface
from tidegate.usecases.accounts import get_account


@dataclass(frozen=True, slots=True)
class Page:
    """Some of an account's generations, newest first, and how many there are in all."""

    generations: Sequence[Generation]
    total: int
    limit: int
    offset: int


def list_generations(
    wallets: WalletTable, listing: GenerationListing, *, account_id: str, limit: int, offset: int, now_ms: int
) -> Page:
    """Return at most ``limit`` generations after the ``offset`` newest.

    Raises:
        AccountNotFound: the account is gone.
    """
    # The total first: what is accepted in between is on a page without being counted, never the reverse.
    total = get_account(wallets, account_id).wallet.listed(now_ms)
    generations = listing.page(account_id, total=total, offset=offset, limit=limit, now_ms=now_ms)
    return Page(generations, total, limit, offset)


def list_surface(
    listing: GenerationListing,
    surface: Surface,
    *,
    account_id: str,
    since_ms: int,
    until_ms: int,
    limit: int,
    now_ms: int,
) -> Sequence[Generation]:
    """Return at most ``limit`` generations that came through a surface within a time, newest first."""
    if until_ms <= since_ms:  # a time that is over before it begins, which no store takes
        return ()
    return listing.of_surface(
        account_id, surface, since_ms=since_ms, until_ms=until_ms, limit=limit, now_ms=now_ms
    )
