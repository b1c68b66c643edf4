"""Recover generations whose machinery was lost: restart what never ran, end what outlived its hold."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from tidegate.adapters.dynamodb.generations import GenerationTable
from tidegate.adapters.dynamodb.transaction import StillInConflict
from tidegate.adapters.dynamodb.wallets import WalletTable
from tidegate.adapters.sqs import Queue
from tidegate.domain.attempt import Attempt, AttemptStatus
from tidegate.domain.generation import Generation, id_floor
from tidegate.usecases.conclude import conclude
from tidegate.usecases.launch import Launcher

_LOOK_BACK_MS: Final = 3 * 60 * 60 * 1000  # where open generations are, unless something went badly wrong
_DRIVABLE: Final = {AttemptStatus.WAITING, AttemptStatus.SUBMITTING, AttemptStatus.SUBMITTED}
_WRITTEN_OFF_AT_ONCE: Final = 50  # far below what a DynamoDB expression can hold (4 KB)
_GRACE_MS: Final = 60 * 1000  # the machinery gets this long before the reaper steps in


@dataclass
class Harvest:
    """What a run of the reaper did. ``failed`` names what it could not recover, generations or accounts."""

    reaped: int = 0
    failed: list[str] = field(default_factory=list)
    skipped_accounts: int = 0  # not looked at in time; the next run begins somewhere else


@dataclass(frozen=True, slots=True)
class Reaper:
    """Visits every account that has generations in flight."""

    wallets: WalletTable
    generations: GenerationTable
    queue: Queue
    launcher: Launcher
    now_ms: Callable[[], int]

    def run(self, until_ms: int) -> Harvest:
        """Recover what can be recovered before ``until_ms``. The order of accounts differs each time."""
        harvest = Harvest()
        accounts = list(self.wallets.account_ids())
        random.shuffle(accounts)
        for visited, account_id in enumerate(accounts):
            if self.now_ms() >= until_ms:
                harvest.skipped_accounts = len(accounts) - visited
                break
            self._visit(account_id, harvest)
        return harvest

    def _visit(self, account_id: str, harvest: Harvest) -> None:
        """Recover what one account has in flight. Nothing that cannot be recovered holds up the others."""
        try:
            open_ids = self._open_ids(account_id)
        except Exception:  # noqa: BLE001  the wallet cannot be read, or the store refuses just now
            harvest.failed.append(account_id)
            return
        for generation_id in open_ids:
            try:
                harvest.reaped += self._recover(account_id, generation_id)
            except Exception:  # noqa: BLE001
                harvest.failed.append(generation_id)

    def _open_ids(self, account_id: str) -> list[str]:
        account = self.wallets.get(account_id)
        if account is None:
            return []
        if lapsed := account.wallet.lapsed(self.now_ms()):
            self._write_off(account_id, lapsed)
        if account.wallet.in_flight == 0:
            return []
        found = list(self.generations.open_ids(account_id, since_id=id_floor(self.now_ms() - _LOOK_BACK_MS)))
        if len(found) < account.wallet.in_flight:  # the wallet knows of more: they must be older
            found = list(self.generations.open_ids(account_id))
        return found

    def _write_off(self, account_id: str, lapsed: Mapping[int, int]) -> None:
        """Keep the wallet small. The total of a list does not depend on it: the next run comes by again."""
        with suppress(StillInConflict):
            self.wallets.write_off(account_id, dict(sorted(lapsed.items())[:_WRITTEN_OFF_AT_ONCE]))

    def _recover(self, account_id: str, generation_id: str) -> bool:
        now_ms = self.now_ms()
        if generation_id >= id_floor(now_ms - _GRACE_MS):
            return False
        generation = self.generations.get(account_id, generation_id)
        if generation is None or generation.status.is_terminal:
            return False
        if now_ms < generation.expires_at_ms + _GRACE_MS:
            if self.launcher.launch(generation):
                return True
            if self.launcher.is_running(generation):
                return False
            number = _next_number(generation, self.generations.attempts.of(generation_id))
            if number is not None:
                return self.launcher.relaunch(generation, number)
        conclude(
            self.generations,
            self.queue,
            account_id=account_id,
            generation_id=generation_id,
            now_ms=now_ms,
        )
        return True


def _next_number(generation: Generation, attempts: Sequence[Attempt]) -> int | None:
    """Return the attempt to go on with: the last if it can still be driven, else the next; or None."""
    if not attempts:
        return 1
    last = attempts[-1]
    number = last.number if last.status in _DRIVABLE else last.number + 1
    return number if number <= len(generation.providers) else None
