"""Recover generations whose machinery was lost: restart what never ran, end what outlived its hold."""

from __future__ import annotations

from typing import Final

from tidegate.adapters.dynamodb.generations import GenerationTable
from tidegate.adapters.dynamodb.wallets import WalletTable
from tidegate.domain.generation import Generation, id_floor
from tidegate.usecases.conclude import conclude
from tidegate.usecases.launch import Launcher

_LOOK_BACK_MS: Final = 3 * 60 * 60 * 1000  # longer than the longest hold
_GRACE_MS: Final = 60 * 1000  # the machinery gets this long before the reaper steps in


def reap(wallets: WalletTable, generations: GenerationTable, launcher: Launcher, now_ms: int) -> int:
    """Visit every account that has money held; return how many generations were taken care of."""
    reaped = 0
    for account_id in wallets.account_ids():
        account = wallets.get(account_id)
        if account is None or account.wallet.in_flight == 0:
            continue
        since, until = id_floor(now_ms - _LOOK_BACK_MS), id_floor(now_ms - _GRACE_MS)
        for generation in generations.open_generations(account_id, since_id=since, until_id=until):
            reaped += _recover(generations, launcher, generation, now_ms)
    return reaped


def _recover(generations: GenerationTable, launcher: Launcher, generation: Generation, now_ms: int) -> bool:
    if now_ms >= generation.expires_at_ms + _GRACE_MS:
        conclude(
            generations,
            account_id=generation.account_id,
            generation_id=generation.generation_id,
            now_ms=now_ms,
        )
        return True
    return launcher.launch(generation)  # False: its execution exists, so it is being taken care of
