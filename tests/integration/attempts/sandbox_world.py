"""A world in test mode: its generation belongs to a sandbox, and whoever asks a provider is found out."""

from __future__ import annotations

from dataclasses import replace

from tests.integration.attempts.scripted import ScriptedProvider
from tests.integration.attempts.world import START_MS, World
from tidegate.domain.mode import PLAY_CREDITS, Mode
from tidegate.domain.money import Money
from tidegate.domain.scripts import parse_script
from tidegate.runtime import Runtime
from tidegate.usecases.attempts.context import Context
from tidegate.usecases.sandboxes import open_sandbox
from tidegate.usecases.submit import Order


class SandboxWorld(World):
    """Files are really stored; the providers lend their names and nothing else."""

    def __init__(self, runtime: Runtime, script: str, *names: str, duplicate: bool = False) -> None:
        self.script = parse_script(script)
        self.real_account_id = ""
        super().__init__(runtime, *map(ScriptedProvider, names), duplicate=duplicate)

    def _a_generation(self) -> Order:
        if not self.real_account_id:
            self.real_account_id = self.account_id
            self.account_id = open_sandbox(self.runtime.wallets, self.account_id, START_MS).account_id
        order = super()._a_generation()
        return replace(order, account_id=self.account_id, mode=Mode.TEST, script=self.script)

    def _context(self) -> Context:
        return replace(super()._context(), store_outputs=self.runtime.attempt_context.store_outputs)

    @property
    def seconds(self) -> float:
        """How long the generation took."""
        ended = self.current()
        assert ended.completed_at_ms is not None
        return (ended.completed_at_ms - ended.created_at_ms) / 1000

    @property
    def spent(self) -> Money:
        """Play money that is neither in the balance nor held."""
        balance, held, _ = self.books()
        return PLAY_CREDITS - balance - held

    def asked_nobody(self) -> bool:
        """Whether no provider saw anything, and the real account was left alone."""
        real = self.runtime.wallets.get(self.real_account_id)
        assert real is not None
        untouched = real.wallet.sequence == 1  # its welcome grant
        return untouched and not any(p.submits or p.asked or p.canceled for p in self.providers.values())
